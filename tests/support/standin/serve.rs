//! Two listeners: the help desk's own server, and the file store that it gives links to.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::to_bytes;
use axum::extract::{Request, State};
use axum::response::Response;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

use super::call::Call;
use super::reply::Reply;
use super::stats::Stats;

/// A help desk at work.
pub(crate) trait Tenant: Send + Sync + 'static {
    /// Answers a call of the main server; whether the reply breaks off in the middle.
    fn answer(&self, call: &Call) -> (Reply, bool);

    /// Answers a call of the file store.
    fn store(&self, call: &Call) -> Reply;

    /// What was asked so far.
    fn stats(&self) -> &Mutex<Stats>;

    /// How long every call takes at least.
    fn delay(&self) -> Duration;
}

/// A help desk on free ports of this computer, on a runtime of its own; it ends when this is dropped.
#[derive(Debug)]
pub(crate) struct Listening {
    runtime: Option<Runtime>,
}

impl Listening {
    /// Listens at an address, and at a free port beside it for files; what is made of both addresses then answers.
    pub(crate) fn new<T: Tenant>(
        address: SocketAddr,
        tenant: impl FnOnce(SocketAddr, SocketAddr) -> Arc<T>,
    ) -> std::io::Result<(Self, Arc<T>)> {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
        let main = runtime.block_on(TcpListener::bind(address))?;
        let files = runtime.block_on(TcpListener::bind((address.ip(), 0)))?;
        let tenant = tenant(main.local_addr()?, files.local_addr()?);
        for (listener, store) in [(main, false), (files, true)] {
            let router = router(Arc::clone(&tenant), store);
            runtime.spawn(async move { axum::serve(listener, router).await });
        }
        Ok((Self { runtime: Some(runtime) }, tenant))
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// The main server's or the file store's way in.
fn router<T: Tenant>(tenant: Arc<T>, store: bool) -> Router {
    let answer =
        move |State(tenant): State<Arc<T>>, request: Request| async move { handle(tenant, request, store).await };
    Router::new().fallback(answer).with_state(tenant)
}

async fn handle<T: Tenant>(tenant: Arc<T>, request: Request, store: bool) -> Response {
    let (head, body) = request.into_parts();
    let body = to_bytes(body, 1 << 20).await.unwrap_or_default().to_vec();
    let call = Call::new(head.method, head.uri.path(), head.uri.query().unwrap_or_default(), head.headers, body);
    {
        let mut stats = tenant.stats().lock().unwrap();
        stats.in_flight += 1;
        stats.in_flight_max = stats.in_flight_max.max(stats.in_flight);
        if store {
            *stats.calls.entry("files".into()).or_default() += 1;
        }
    }
    if !tenant.delay().is_zero() {
        tokio::time::sleep(tenant.delay()).await;
    }
    let (reply, cut) = if store { (tenant.store(&call), false) } else { tenant.answer(&call) };
    let mut stats = tenant.stats().lock().unwrap();
    stats.in_flight -= 1;
    *stats.statuses.entry(reply.status).or_default() += 1;
    drop(stats);
    reply.into_response(cut)
}
