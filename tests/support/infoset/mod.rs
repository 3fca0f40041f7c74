//! A stand-in Infoset account over HTTP, with a desk in it of which everything is known.
//!
//! ```text
//!  desk/ the facts ──▶ wire/ rows in Infoset's dialect ──▶ http/ login, paging, limits, refusals, files
//!    ▲ tests compare a migration with these
//! ```
//!
//! What is known of the API is answered as it is known; the rest is decided here (see README.md), and by [`Switches::variant`]
//! once more, otherwise. What can go wrong is a switch in [`Switches`]; what was asked of it is in [`Stats`].

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
#[cfg(test)]
pub(crate) use switches::{Me, TokenReply};
pub(crate) use switches::{Rate, Switches};

use desk::Desk;
use http::Server;

/// An account on free ports of this computer; it ends when this is dropped.
#[derive(Debug)]
pub(crate) struct Infoset {
    listening: Listening,
    server: Arc<Server>,
    /// Address of the API, `http://127.0.0.1:…`, without `/v1`.
    pub(crate) url: String,
    /// Address of the file store, `http://127.0.0.1:…`.
    pub(crate) files_url: String,
}

impl Infoset {
    /// An account that behaves like this.
    pub(crate) fn start(switches: Switches) -> Self {
        Self::listen("127.0.0.1:0".parse().unwrap(), switches).unwrap()
    }

    /// The same, at an address; the file store takes a free port beside it.
    pub(crate) fn listen(address: SocketAddr, switches: Switches) -> std::io::Result<Self> {
        let (mut url, mut files_url) = (String::new(), String::new());
        let (listening, server) = Listening::new(address, |at, files_at| {
            (url, files_url) = (format!("http://{at}"), format!("http://{files_at}"));
            Arc::new(Server::new(switches, files_url.clone()))
        })?;
        Ok(Self { listening, server, url, files_url })
    }

    /// What is in the desk: the truth. Changing it changes what is served.
    pub(crate) fn desk(&self) -> &Desk {
        &self.server.desk
    }

    /// Lets it behave differently from now on; what makes the desk (seed, sizes, time, retention) stays as it was at the start.
    pub(crate) fn switch(&self, change: impl FnOnce(&mut Switches)) {
        self.server.switch(change);
    }

    /// What was asked of it so far.
    pub(crate) fn stats(&self) -> Stats {
        self.server.stats.lock().unwrap().clone()
    }
}
