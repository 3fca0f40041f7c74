//! A stand-in HaloCRM tenant over HTTP, with a desk in it of which everything is known.
//!
//! ```text
//!  desk/ the facts ──▶ wire/ rows in Halo's dialect ──▶ http/ login, paging, limits, refusals, files
//!    ▲ tests compare a migration with these
//! ```
//!
//! It answers as the vendor's API was seen to answer, not as a reader would like it to: page sizes are cut without a word,
//! filters that are misspelt filter nothing, nulls are left out, numbers of actions repeat from ticket to ticket. What can go
//! wrong beside that is a switch in [`Switches`]; what was asked of it is in [`Stats`].

#![allow(dead_code, reason = "the example serves the desk and has no use for its facts")]

pub(crate) mod changes;
pub(crate) mod desk;
mod http;
mod switches;
#[cfg(test)]
mod tests;
mod wire;

use std::net::SocketAddr;
use std::sync::Arc;

use super::standin::{self, Listening, dice};

pub(crate) use standin::stats::Stats;
pub(crate) use switches::{Rate, Switches};

use desk::Desk;
use http::Server;

/// A tenant on free ports of this computer; it ends when this is dropped.
#[derive(Debug)]
pub(crate) struct Halo {
    listening: Listening,
    server: Arc<Server>,
    /// Address of the resource server, `http://127.0.0.1:…/api`.
    pub(crate) url: String,
    /// Address of the authorisation server, `http://127.0.0.1:…/auth`.
    pub(crate) auth_url: String,
    /// Address of the file store, `http://127.0.0.1:…`.
    pub(crate) files_url: String,
}

impl Halo {
    /// A tenant that behaves like this.
    pub(crate) fn start(switches: Switches) -> Self {
        Self::listen("127.0.0.1:0".parse().unwrap(), switches).unwrap()
    }

    /// The same, at an address; the file store takes a free port beside it.
    pub(crate) fn listen(address: SocketAddr, switches: Switches) -> std::io::Result<Self> {
        let (mut url, mut auth_url, mut files_url) = <(String, String, String)>::default();
        let (listening, server) = Listening::new(address, |at, files_at| {
            (url, auth_url, files_url) =
                (format!("http://{at}/api"), format!("http://{at}/auth"), format!("http://{files_at}"));
            Arc::new(Server::new(switches, &at.to_string(), &files_at.to_string()))
        })?;
        Ok(Self { listening, server, url, auth_url, files_url })
    }

    /// What is in the desk: the truth. Changing it changes what is served.
    pub(crate) fn desk(&self) -> &Desk {
        &self.server.desk
    }

    /// Lets it behave differently from now on; what makes the desk (seed, sizes, ids) stays as it was at the start.
    pub(crate) fn switch(&self, change: impl FnOnce(&mut Switches)) {
        self.server.switch(change);
    }

    /// What was asked of it so far.
    pub(crate) fn stats(&self) -> Stats {
        self.server.stats.lock().unwrap().clone()
    }
}
