//! Where links may lead, and the client that goes there.

use std::collections::HashMap;
use std::time::Duration;

use deskferry_http::{Client, path_piece};
use tokio::sync::Mutex;
use url::Url;

use crate::Result;
use crate::rest::api::{Api, client};
use crate::spec::Rest;

/// Most tries of a call to another host: a file that cannot be had is a defect, and the rest waits for nothing.
const ATTEMPTS_MAX: u32 = 4;

/// The hosts that files may come from.
pub(super) struct Links<'a> {
    api: &'a Api,
    rest: &'a Rest,
    /// By scheme, host and port.
    clients: Mutex<HashMap<String, Client>>,
}

impl<'a> Links<'a> {
    pub(super) fn new(api: &'a Api, rest: &'a Rest) -> Self {
        Self { api, rest, clients: Mutex::default() }
    }

    /// Whether a link leads to the host of the API or to a host of the spec.
    pub(super) fn is_ours(&self, link: &str) -> bool {
        self.api.base.join(link).is_ok_and(|url| self.is_allowed(&url))
    }

    /// The path of the API that gives what an address stands for, as `images` of the spec says: an address without a host, or on
    /// the host of the API.
    pub(super) fn path_of(&self, link: &str) -> Option<String> {
        self.rest.images.iter().find_map(|image| {
            let (before, behind) = image.link.around()?;
            let (place, id) = link.split_once(before)?;
            let id = id.split(['&', '#', '"', '\'', '<', '>', ' ']).next()?;
            let id = if behind.is_empty() { id } else { id.split_once(behind)?.0 };
            let host = self.api.base.join(place).ok()?;
            let is_ours = matches!(host.scheme(), "http" | "https") && host.host_str() == self.api.base.host_str();
            let id =
                url::form_urlencoded::parse(format!("x={}", id.replace('+', "%2B")).as_bytes()).next()?.1.into_owned();
            (is_ours && !id.is_empty()).then(|| image.path.fill(|_| Some(path_piece(&id))))?
        })
    }

    /// Whether images at this address are fetched with the login.
    pub(super) fn is_image_path(&self, url: &Url) -> bool {
        url.origin() == self.api.base.origin() && self.rest.image_paths.iter().any(|path| url.path().starts_with(path))
    }

    fn is_allowed(&self, url: &Url) -> bool {
        let Some(host) = url.host_str().filter(|_| matches!(url.scheme(), "http" | "https")) else { return false };
        let matches = |pattern: &String| match pattern.strip_prefix("*.") {
            Some(name) => host.strip_suffix(name).is_some_and(|before| before.len() > 1 && before.ends_with('.')),
            None => host.eq_ignore_ascii_case(pattern),
        };
        self.api.base.host_str() == Some(host) || self.rest.hosts.iter().any(matches)
    }

    /// The client for a link and the link as an address. No client: that of the API with its login, where the link is on the
    /// API's own scheme, host and port. The inner error is why the link is not followed.
    pub(super) async fn client(&self, link: &str) -> Result<Result<(Option<Client>, Url), String>> {
        let Ok(url) = self.api.base.join(link) else { return Ok(Err("its link is no address".into())) };
        if !self.is_allowed(&url) {
            let host = url.host_str().unwrap_or_default();
            return Ok(Err(format!("it is at {host}, which is neither the host of [source] url nor one of `hosts`")));
        }
        if url.origin() == self.api.base.origin() {
            return Ok(Ok((None, url)));
        }
        let origin = url.origin().ascii_serialization();
        let mut clients = self.clients.lock().await;
        if let Some(known) = clients.get(&origin) {
            return Ok(Ok((Some(known.clone()), url)));
        }
        let settings = deskferry_http::Settings {
            // The host of the API may be in our own network; no other may.
            public_only: url.host_str() != self.api.base.host_str(),
            attempts_max: ATTEMPTS_MAX,
            timeout: Duration::from_secs(self.rest.timeout_seconds),
            ..deskferry_http::Settings::new(url.host_str().unwrap_or_default(), &origin)
        };
        match client(&self.api.context, settings) {
            Ok(made) => {
                clients.insert(origin, made.clone());
                Ok(Ok((Some(made), url)))
            }
            Err(error) => Ok(Err(error.to_string())),
        }
    }
}
