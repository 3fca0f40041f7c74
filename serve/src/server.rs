//! A server at work. Connections and the writer have threads of their own, so that events are answered while a sync keeps all others
//! busy.

use std::fmt;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicI64, AtomicUsize};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use deskferry_staging::Context;
use tokio::net::TcpListener;
use tokio::sync::{Notify, Semaphore, mpsc, watch};

use crate::applying;
use crate::counts::Counts;
use crate::host::Host;
use crate::listener::accept;
use crate::settings::Settings;
use crate::shared::{Known, Shared, Times};
use crate::writer::Writer;
use crate::{Error, Result};

/// Threads for connections and the writer.
const THREADS: usize = 2;
/// Events that wait for the writer; more wait in their connections.
const WAITING_MAX: usize = 4_096;

/// A running server. Dropping it stops it; what it has counted in the last minute is written down by [`Server::run`] alone.
pub struct Server {
    shared: Arc<Shared>,
    host: Arc<dyn Host>,
    address: SocketAddr,
    stop: watch::Sender<bool>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Server {
    /// Reads what it has to remember, listens, and takes events in from then on.
    ///
    /// # Errors
    /// `Listen`, `Start`, `Damaged`, what the stage refuses.
    pub async fn start(context: &Context, settings: Settings, host: Arc<dyn Host>) -> Result<Self> {
        let (arrivals, inbox) = mpsc::channel(WAITING_MAX);
        let for_writer: Arc<OnceLock<Arc<Shared>>> = Arc::default();
        let told = Arc::clone(&for_writer);
        let writer = Writer::open(
            context,
            Box::new(move |outcome| {
                if let Some(shared) = told.get() {
                    shared.told(outcome);
                }
            }),
        )
        .await?;
        let shared = Arc::new(Shared {
            counts: Counts::open(&context.staging).await?,
            context: context.clone(),
            arrivals,
            held: Semaphore::new(settings.held_bytes_max / 1024),
            connections: AtomicUsize::new(0),
            times: Times::default(),
            newest_seq: AtomicI64::new(writer.newest_seq()),
            stored: Notify::new(),
            known: Mutex::new(Known::default()),
            settings,
        });
        // The writer tells how it fares, and never before it runs.
        let _ = for_writer.set(Arc::clone(&shared));
        applying::refresh(&shared).await?;
        let listen = shared.settings.listen;
        let refused = |source| Error::Listen { listen, source };
        let listener = std::net::TcpListener::bind(listen).map_err(refused)?;
        listener.set_nonblocking(true).map_err(refused)?;
        let address = listener.local_addr().map_err(refused)?;
        let (stop, stopping) = watch::channel(false);
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(THREADS)
            .thread_name("deskferry-serve")
            .enable_all()
            .build()
            .map_err(|source| Error::Start { source })?;
        let listener = {
            let _inside = runtime.enter();
            TcpListener::from_std(listener).map_err(refused)?
        };
        let (of_thread, of_host) = (Arc::clone(&shared), Arc::clone(&host));
        let run = move || {
            runtime.spawn(writer.run(inbox));
            runtime.block_on(accept(of_thread, of_host, listener, stopping));
            runtime.shutdown_timeout(Duration::from_secs(1));
        };
        let thread = std::thread::Builder::new().name("deskferry-serve".to_owned()).spawn(run);
        let thread = Some(thread.map_err(|source| Error::Start { source })?);
        Ok(Self { shared, host, address, stop, thread })
    }

    /// Where it listens; with port 0 in the settings, the port it got.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Applies events, and looks after the logs, until the run is cancelled; then takes no more in, and waits for those that are
    /// being stored.
    ///
    /// # Errors
    /// What the stage refuses when the counts are written down at last.
    pub async fn run(mut self) -> Result<()> {
        tokio::join!(
            applying::run(&self.shared, self.host.as_ref()),
            applying::look_after(&self.shared, self.host.as_ref()),
        );
        self.stop.send_replace(true);
        if let Some(thread) = self.thread.take() {
            // A thread that failed has stopped as well.
            let _ = tokio::task::spawn_blocking(move || thread.join()).await;
        }
        self.shared.counts.write(&self.shared.context).await
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server").field("address", &self.address).finish_non_exhaustive()
    }
}
