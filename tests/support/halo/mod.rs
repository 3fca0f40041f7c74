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

#![allow(dead_code, unused_imports, reason = "examples serve desks and have no use for their facts")]

pub(crate) mod changes;
pub(crate) mod desk;
pub(crate) mod dice;
pub(crate) mod http;
mod stats;
mod switches;
#[cfg(test)]
mod tests;
mod wire;

use std::net::SocketAddr;
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::runtime::Runtime;

pub(crate) use stats::Stats;
pub(crate) use switches::{Rate, Switches};

use desk::Desk;
use http::{Server, router};

/// A tenant on free ports of this computer, on a runtime of its own; it ends when this is dropped.
#[derive(Debug)]
pub(crate) struct Halo {
    runtime: Option<Runtime>,
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
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
        let main = runtime.block_on(TcpListener::bind(address))?;
        let files = runtime.block_on(TcpListener::bind((address.ip(), 0)))?;
        let (at, files_at) = (main.local_addr()?, files.local_addr()?);
        let server = Arc::new(Server::new(switches, &at.to_string(), &files_at.to_string()));
        for (listener, store) in [(main, false), (files, true)] {
            let router = router(Arc::clone(&server), store);
            runtime.spawn(async move { axum::serve(listener, router).await });
        }
        Ok(Self {
            runtime: Some(runtime),
            server,
            url: format!("http://{at}/api"),
            auth_url: format!("http://{at}/auth"),
            files_url: format!("http://{files_at}"),
        })
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

impl Drop for Halo {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}
