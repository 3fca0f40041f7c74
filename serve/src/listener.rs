//! Accepts connections and bounds them: how many, how long each lives, how long a head takes and how large it is.

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use futures::FutureExt as _;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;

use crate::answer::answer;
use crate::host::Host;
use crate::shared::Shared;

/// Bytes of the head of a request.
const HEAD_BYTES_MAX: usize = 64 << 10;
/// How long open requests may take once the server is told to stop, or a connection has come to its end.
const GRACE: Duration = Duration::from_secs(5);
/// How long what a refused client still sends is thrown away, so that it reads the answer instead of a reset.
const LINGER: Duration = Duration::from_secs(1);

/// Accepts until told to stop; then waits for requests that are open.
pub(crate) async fn accept(
    shared: Arc<Shared>,
    host: Arc<dyn Host>,
    listener: TcpListener,
    mut stop: watch::Receiver<bool>,
) {
    let room = Arc::new(Semaphore::new(shared.settings.connections_max));
    let mut connections = JoinSet::new();
    loop {
        let Ok(permit) = Arc::clone(&room).acquire_owned().await else { break };
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = stop.changed() => break,
        };
        while connections.try_join_next().is_some() {}
        match accepted {
            Ok((stream, _)) => {
                let (shared, host, stop) = (Arc::clone(&shared), Arc::clone(&host), stop.clone());
                connections.spawn(async move {
                    shared.connections.fetch_add(1, Ordering::Relaxed);
                    serve(&shared, host.as_ref(), stream, stop).await;
                    shared.connections.fetch_sub(1, Ordering::Relaxed);
                    drop(permit);
                });
            }
            // Out of sockets, most likely: wait until some are free again.
            Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
        }
    }
    drop(listener);
    let _ = tokio::time::timeout(GRACE, async { while connections.join_next().await.is_some() {} }).await;
}

async fn serve(shared: &Shared, host: &dyn Host, stream: TcpStream, mut stop: watch::Receiver<bool>) {
    // Answers are small; waiting to fill a packet would only add delay.
    let _ = stream.set_nodelay(true);
    let service = service_fn(|request| answer(shared, host, request).map(Ok::<_, std::convert::Infallible>).boxed());
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(shared.settings.read_timeout);
    builder.max_headers(shared.settings.headers_max).max_buf_size(HEAD_BYTES_MAX);
    let mut connection = builder.serve_connection(TokioIo::new(stream), service);
    // Errors are closed connections: the client's business.
    let ended = tokio::select! {
        _ = poll_fn(|context| connection.poll_without_shutdown(context)) => true,
        () = tokio::time::sleep(shared.settings.connection_life) => false,
        _ = stop.changed() => false,
    };
    if !ended {
        Pin::new(&mut connection).graceful_shutdown();
        let _ = tokio::time::timeout(GRACE, poll_fn(|context| connection.poll_without_shutdown(context))).await;
    }
    let _ = tokio::time::timeout(LINGER, linger(connection.into_parts().io.into_inner())).await;
}

/// Throws away what still comes until the client closes.
async fn linger(mut stream: TcpStream) -> std::io::Result<()> {
    stream.shutdown().await?;
    let mut thrown = [0; 16 << 10];
    while stream.read(&mut thrown).await? > 0 {}
    Ok(())
}
