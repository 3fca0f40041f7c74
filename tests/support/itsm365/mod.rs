//! A stand-in ITSM 365 (Naumen SMP) tenant over HTTP, with a desk in it of which everything is known.
//!
//! ```text
//!  desk/ the facts ──▶ wire/ rows in the platform's dialect ──▶ http/ keys, find, get, files, refusals
//!    ▲ tests compare a migration with these
//! ```
//!
//! It answers as published clients saw the platform answer: the key in the query, bare arrays without a total, refusals with
//! status 500, objects that may not be seen are missing. What can go wrong beside that is a switch in [`Switches`]; what was asked
//! of it is in [`Stats`], whose `writes` must stay 0: `delete` is a GET here, and it deletes.

#![allow(dead_code, unused_imports, reason = "the example serves the desk and has no use for its facts")]

pub(crate) mod changes;
pub(crate) mod desk;
mod http;
mod switches;
#[cfg(test)]
mod tests;
mod wire;

use std::net::SocketAddr;
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::runtime::Runtime;

pub(crate) use super::standin::stats::Stats;
pub(crate) use switches::{KEY, Key, NARROW_KEY, Refusal, Switches};

use desk::{Desk, Facts};
use http::{Server, router};

/// A tenant on a free port of this computer, on a runtime of its own; it ends when this is dropped.
#[derive(Debug)]
pub(crate) struct Itsm365 {
    runtime: Option<Runtime>,
    server: Arc<Server>,
    /// Address of the REST methods, `http://127.0.0.1:…/sd/services/rest`.
    pub(crate) url: String,
}

impl Itsm365 {
    /// A tenant that behaves like this.
    pub(crate) fn start(switches: Switches) -> Self {
        Self::listen("127.0.0.1:0".parse().unwrap(), switches).unwrap()
    }

    /// The same, at an address.
    pub(crate) fn listen(address: SocketAddr, switches: Switches) -> std::io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
        let listener = runtime.block_on(TcpListener::bind(address))?;
        let url = format!("http://{}/sd/services/rest", listener.local_addr()?);
        let server = Arc::new(Server::new(switches));
        let router = router(Arc::clone(&server));
        runtime.spawn(async move { axum::serve(listener, router).await });
        Ok(Self { runtime: Some(runtime), server, url })
    }

    /// What is in the desk now: the truth.
    pub(crate) fn facts(&self) -> Arc<Facts> {
        self.server.desk.facts()
    }

    /// The desk, to be changed: what is served changes with it.
    pub(crate) fn desk(&self) -> &Desk {
        &self.server.desk
    }

    /// Lets it behave differently from now on; what makes the desk (seed, sizes, variant) stays as it was at the start.
    pub(crate) fn switch(&self, change: impl FnOnce(&mut Switches)) {
        self.server.switch(change);
    }

    /// What was asked of it so far.
    pub(crate) fn stats(&self) -> Stats {
        self.server.stats.lock().unwrap().clone()
    }
}

impl Drop for Itsm365 {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}
