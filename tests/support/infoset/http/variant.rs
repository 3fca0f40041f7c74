//! Routes and parameters of both editions, by what they are called here.

/// The route of a path below `/v1/`: its endpoint and its id, if it has one; `None` for what there is not.
pub(crate) fn route(path: &str, variant: bool) -> Option<(&'static str, Option<String>)> {
    let parts: Vec<&str> = path.split('/').collect();
    ROUTES.iter().find_map(|(endpoint, base, other)| {
        let pattern: Vec<&str> = (if variant { other } else { base }).split('/').collect();
        let id = matched(&pattern, &parts)?;
        Some((*endpoint, id))
    })
}

/// What is at `{id}` if the path is like the pattern.
fn matched(pattern: &[&str], parts: &[&str]) -> Option<Option<String>> {
    let like = pattern.iter().zip(parts).all(|(wanted, part)| wanted == part || *wanted == "{id}");
    if pattern.len() != parts.len() || !like {
        return None;
    }
    Some(pattern.iter().position(|part| *part == "{id}").map(|at| parts[at].to_owned()))
}

/// What it is called here, its path below `/v1/`, its path in the other edition. Fixed paths go before those with an id.
const ROUTES: [(&str, &str, &str); 33] = [
    ("login", "login/token", "login/token"),
    ("tickets/logs", "tickets/logs", "tickets/{id}/logs"),
    ("tickets", "tickets", "tickets"),
    ("tickets/{id}", "tickets/{id}", "tickets/{id}"),
    ("email/accounts", "email/accounts", "mail-accounts"),
    ("email/{id}", "email/{id}", "emails/{id}"),
    ("contacts", "contacts", "contacts"),
    ("contacts/{id}", "contacts/{id}", "contacts/{id}"),
    ("companies", "companies", "companies"),
    ("companies/{id}", "companies/{id}", "companies/{id}"),
    ("users/me", "users/me", "agents/me"),
    ("users", "users", "agents"),
    ("teams", "teams", "groups"),
    ("rooms", "rooms", "chat/rooms"),
    ("rooms/{id}", "rooms/{id}", "chat/rooms/{id}"),
    ("rooms/messages", "rooms/{id}/messages", "chat/rooms/{id}/messages"),
    ("calls", "calls", "call-logs"),
    ("deals/logs", "deals/logs", "deals/{id}/logs"),
    ("deals", "deals", "deals"),
    ("deals/{id}", "deals/{id}", "deals/{id}"),
    ("pipelines", "pipelines", "pipelines"),
    ("properties", "properties", "custom-fields"),
    ("tags", "tags", "tags"),
    ("slas/breaches", "slas/breaches", "slas/breaches"),
    ("slas", "slas", "slas"),
    ("helpcenter/languages", "helpcenter/languages", "helpcenter/languages"),
    ("helpcenter/categories", "helpcenter/categories", "helpcenter/sections"),
    ("helpcenter/articles", "helpcenter/articles", "articles"),
    ("automations", "automations", "workflows"),
    ("chatbots", "chatbots", "bots"),
    ("chat/widgets", "chat/widgets", "chat-widgets"),
    ("reports/csat", "reports/csat", "reports/satisfaction"),
    ("files/{id}", "files/{id}", "files/{id}"),
];

/// What parameters that both editions have are called, in lower case.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Parameters {
    pub(crate) page: &'static str,
    pub(crate) size: &'static str,
    pub(crate) total: &'static str,
    pub(crate) from_updated: &'static str,
    /// Members of the envelope.
    pub(crate) items: &'static str,
    pub(crate) total_items: &'static str,
}

/// Those of an edition.
pub(crate) fn parameters(variant: bool) -> Parameters {
    let base = Parameters {
        page: "page",
        size: "itemsperpage",
        total: "returntotalitems",
        from_updated: "fromupdateddate",
        items: "items",
        total_items: "totalItems",
    };
    let other = Parameters {
        page: "pagenumber",
        size: "pagesize",
        total: "withtotal",
        from_updated: "updatedafter",
        items: "data",
        total_items: "total",
    };
    if variant { other } else { base }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_the_route_of_its_edition_only() {
        assert_eq!(route("tickets/logs", false), Some(("tickets/logs", None)));
        assert_eq!(route("tickets/12/logs", true), Some(("tickets/logs", Some("12".into()))));
        assert_eq!(route("tickets/12/logs", false), None);
        assert_eq!((route("rooms", true), route("chat/rooms", false)), (None, None));
    }
}
