//! A sandbox at work: accepting connections, and stopping.

use crate::server::Server;
use crate::{Faults, Webhook, webhooks};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde_json::Value;
use std::fmt;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

/// How long open calls may take to finish once the sandbox is told to stop.
const GRACE: Duration = Duration::from_secs(5);

/// A running sandbox. Dropping it stops it.
pub struct Running {
    server: Arc<Server>,
    addr: SocketAddr,
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Running {
    pub(crate) fn start(server: Server, listener: TcpListener, addr: SocketAddr) -> Self {
        let (stop, told) = watch::channel(false);
        let server = Arc::new(server);
        if let Some(events) = server.events() {
            tokio::spawn(webhooks::send(server.sent(), events));
        }
        let task = tokio::spawn(accept(Arc::clone(&server), listener, told));
        Self { server, addr, stop, task }
    }

    /// Where it listens; with port 0 in the settings, the port it got.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// Lets other things go wrong from now on, or nothing.
    pub fn set_faults(&self, faults: Faults) {
        self.server.set_faults(faults);
    }

    /// Sends events there from now on, or nowhere.
    pub fn set_webhook(&self, webhook: Option<Webhook>) {
        self.server.set_webhook(webhook);
    }

    /// Counts of calls, faults and objects, as `GET /_sandbox/stats` tells them.
    pub fn stats(&self) -> Value {
        self.server.stats()
    }

    /// Tells it to stop: no new connections, open calls may finish.
    pub fn stop(&self) {
        self.stop.send_replace(true);
    }

    /// Waits until it has stopped.
    pub async fn stopped(self) {
        let Self { stop, task, .. } = self;
        // A task that failed has stopped as well.
        let _ = task.await;
        drop(stop);
    }
}

impl fmt::Debug for Running {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Running").field("addr", &self.addr).finish_non_exhaustive()
    }
}

async fn accept(server: Arc<Server>, listener: TcpListener, mut told: watch::Receiver<bool>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    connections.spawn(serve_connection(Arc::clone(&server), stream, told.clone()));
                }
                // Out of sockets, most likely: wait until some are free again.
                Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
            },
            Some(_) = connections.join_next() => {}
            _ = told.changed() => break,
        }
    }
    drop(listener);
    let _ = tokio::time::timeout(GRACE, async { while connections.join_next().await.is_some() {} }).await;
}

async fn serve_connection(server: Arc<Server>, stream: TcpStream, mut told: watch::Receiver<bool>) {
    // Replies are small; waiting to fill a packet would only add delay.
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request| {
        let server = Arc::clone(&server);
        async move { server.answer(request).await }
    });
    // No timeouts: a connection that a client keeps for later must not close under its next call.
    let connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
    let mut connection = pin!(connection);
    // Errors are closed connections: the client's business, or a fault on purpose.
    tokio::select! {
        _ = connection.as_mut() => return,
        _ = told.changed() => connection.as_mut().graceful_shutdown(),
    }
    let _ = connection.await;
}
