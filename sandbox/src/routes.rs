//! The table of routes: method and path template to handler.

use crate::call::Call;
use crate::reply::Answer;
use crate::workspace::Workspace;
use std::collections::HashMap;

/// What answers a call.
pub(crate) type Handler = fn(&mut Workspace, &Call) -> Answer;

/// One endpoint.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Route {
    pub(crate) method: &'static str,
    pub(crate) path: &'static str,
    pub(crate) run: Handler,
}

pub(crate) const fn get(path: &'static str, run: Handler) -> Route {
    Route { method: "GET", path, run }
}

pub(crate) const fn post(path: &'static str, run: Handler) -> Route {
    Route { method: "POST", path, run }
}

pub(crate) const fn put(path: &'static str, run: Handler) -> Route {
    Route { method: "PUT", path, run }
}

pub(crate) const fn delete(path: &'static str, run: Handler) -> Route {
    Route { method: "DELETE", path, run }
}

/// Every endpoint of the API, by area.
const AREAS: &[&[Route]] = &[
    crate::admins::ROUTES,
    crate::contacts::ROUTES,
    crate::contact_merge::ROUTES,
    crate::contact_search::ROUTES,
    crate::contact_links::ROUTES,
    crate::companies::ROUTES,
    crate::company_lists::ROUTES,
    crate::notes::ROUTES,
    crate::attributes::ROUTES,
    crate::conversation_attributes::ROUTES,
    crate::tags::ROUTES,
    crate::conversations::ROUTES,
    crate::conversation_lists::ROUTES,
    crate::conversation_actions::ROUTES,
    crate::conversation_links::ROUTES,
    crate::tickets::ROUTES,
    crate::ticket_replies::ROUTES,
    crate::ticket_types::ROUTES,
    crate::help_center::ROUTES,
    crate::articles::ROUTES,
    crate::internal_articles::ROUTES,
    crate::snippets::ROUTES,
    crate::custom_objects::ROUTES,
];

/// Routes by method, first word and length of the path; literal ones before those with parameters.
#[derive(Debug)]
pub(crate) struct Router {
    by_shape: HashMap<(&'static str, &'static str, usize), Vec<Route>>,
}

impl Router {
    pub(crate) fn new() -> Self {
        let mut by_shape: HashMap<_, Vec<Route>> = HashMap::new();
        for route in AREAS.iter().copied().flatten() {
            let words: Vec<&str> = words(route.path).collect();
            let first = words.first().copied().unwrap_or_default();
            by_shape.entry((route.method, first, words.len())).or_default().push(*route);
        }
        for routes in by_shape.values_mut() {
            routes.sort_by_key(|route| route.path.matches('{').count());
        }
        Self { by_shape }
    }

    /// The route of a path and what its parameters are, percent-decoded.
    pub(crate) fn find(&self, method: &str, path: &str) -> Option<(Route, Vec<String>)> {
        let have: Vec<&str> = words(path).collect();
        let routes = self.by_shape.get(&(method, *have.first()?, have.len()))?;
        routes.iter().find_map(|route| {
            let mut params = Vec::new();
            for (want, have) in words(route.path).zip(&have) {
                if want.starts_with('{') {
                    params.push(decode(have));
                } else if want != *have {
                    return None;
                }
            }
            Some((*route, params))
        })
    }
}

fn words(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter(|word| !word.is_empty())
}

/// Percent-decoding of one path segment; a plus stays a plus.
pub(crate) fn decode(word: &str) -> String {
    let bytes = word.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let code = (bytes[at] == b'%')
            .then(|| word.get(at + 1..at + 3))
            .flatten()
            .and_then(|hex| u8::from_str_radix(hex, 16).ok());
        match code {
            Some(byte) => {
                out.push(byte);
                at += 3;
            }
            None => {
                out.push(bytes[at]);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literal_words_win_over_parameters() {
        let router = Router::new();
        let path = |method, path| router.find(method, path).map(|(route, params)| (route.path, params));
        assert_eq!(path("GET", "/conversations/deleted"), Some(("/conversations/deleted", vec![])));
        let (template, params) = path("GET", "/contacts/find_by_external_id/a%3A1").unwrap();
        assert_eq!((template, params[0].as_str()), ("/contacts/find_by_external_id/{external_id}", "a:1"));
        assert_eq!(path("PATCH", "/contacts"), None);
        assert_eq!(path("GET", "/nothing"), None);
    }

    #[test]
    fn no_two_routes_are_the_same() {
        let mut seen = std::collections::HashSet::new();
        for route in AREAS.iter().copied().flatten() {
            assert!(seen.insert((route.method, route.path)), "{} {}", route.method, route.path);
        }
    }
}
