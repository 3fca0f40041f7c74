//! Who calls, where that is no fixed token: a token that has to be fetched first and does not last, a header, a parameter.

use std::fmt;
use std::future::Future;
use std::pin::Pin;

use crate::{Result, Secret};

/// What a [`Login`] answers with, later.
pub type Later<'a, T> = Pin<Box<dyn Future<Output = Result<T>> + Send + 'a>>;

/// Says who calls, at the moment a call goes out.
pub trait Login: Send + Sync + fmt::Debug {
    /// What goes with a call; fetched anew where it is known to end soon.
    fn credentials(&self) -> Later<'_, Credentials>;

    /// The server does not take `refused` any more. Whether there are others now, with which the call is sent once more.
    fn renew<'a>(&'a self, refused: &'a Credentials) -> Later<'a, bool>;
}

/// What goes with a call.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Credentials {
    /// Headers.
    pub headers: Vec<(String, Secret)>,
    /// Query parameters.
    pub query: Vec<(String, Secret)>,
    /// Setting that they come from, by which errors name them.
    pub from: String,
}

impl Credentials {
    /// `text` without any of them: the values, and what stands behind a scheme such as `Bearer`.
    pub(crate) fn redact(&self, text: &str) -> String {
        let all = self.headers.iter().chain(&self.query);
        all.fold(text.to_owned(), |text, (_, value)| {
            let token = value.reveal().rsplit(' ').next().unwrap_or_default();
            Secret::new(token).redact(&value.redact(&text))
        })
    }
}
