//! A session over the PostgreSQL protocol, for psql, DBeaver, pandas and drivers: it only reads, and wants a password.
//!
//! datafusion-postgres speaks the protocol and has `pg_catalog`; ours is who may come in (`login.rs`), what may be asked
//! (`read_only.rs`), what psql's commands ask besides (`commands.rs`, `functions.rs`) and what errors say. Connections share the session's memory: a query that needs more than there is fails alone.

mod commands;
mod description;
mod functions;
mod login;
mod read_only;

use std::net::SocketAddr;
use std::sync::Arc;

use datafusion::common::DataFusionError;
use datafusion_postgres::DfSessionService;
use datafusion_postgres::datafusion_pg_catalog::pg_catalog::context::EmptyContextProvider;
use datafusion_postgres::datafusion_pg_catalog::pg_catalog::setup_pg_catalog;
use datafusion_postgres::hooks::cursor::CursorStatementHook;
use datafusion_postgres::hooks::set_show::SetShowHook;
use datafusion_postgres::hooks::transactions::TransactionStatementHook;
use datafusion_postgres::pgwire::api::auth::StartupHandler;
use datafusion_postgres::pgwire::api::cancel::{CancelHandler, DefaultCancelHandler};
use datafusion_postgres::pgwire::api::query::{ExtendedQueryHandler, SimpleQueryHandler};
use datafusion_postgres::pgwire::api::{ClientInfo, ConnectionManager, ErrorHandler, PgWireServerHandlers};
use datafusion_postgres::pgwire::error::{ErrorInfo, PgWireError};
use datafusion_postgres::pgwire::tokio::process_socket;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::engine::{CATALOG, Engine, Join};
use crate::session::Session;
use crate::{Error, Result};
use commands::Commands;
use login::Login;
use read_only::ReadOnly;

/// Connections at a time; more wait until one ends.
const CONNECTIONS_MAX: usize = 32;

/// A session that listens.
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
    handlers: Arc<Handlers>,
}

impl Session {
    /// Listens for PostgreSQL clients on an address; port 0 takes a free one. Any user may log in who has the password.
    ///
    /// # Errors
    /// `Serve` where the address cannot be had; `Internal`.
    pub async fn bind(&self, address: SocketAddr, password: &str) -> Result<Server> {
        let failed = |source| Error::Serve { address: address.to_string(), source };
        let listener = TcpListener::bind(address).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let connections = Arc::new(ConnectionManager::new());
        let login = Arc::new(Login::new(password, self.catalog.default_schema(), Arc::clone(&connections)));
        let cancel = Arc::new(DefaultCancelHandler::new(connections));
        let handlers = Arc::new(self.handlers(login, cancel).await?);
        Ok(Server { listener, address, handlers })
    }

    /// What answers connections.
    async fn handlers(&self, login: Arc<Login>, cancel: Arc<DefaultCancelHandler>) -> Result<Handlers> {
        let context = self.engine.context(Join::Hash);
        setup_pg_catalog(context, CATALOG, EmptyContextProvider)
            .map_err(|error| Error::internal("making pg_catalog")(*error))?;
        let descriptions = description::register(context).await.map_err(Error::internal("making pg_description"))?;
        functions::register(context, self.catalog.default_schema(), &descriptions)
            .map_err(Error::internal("making the functions of PostgreSQL"))?;
        let service = DfSessionService::new_with_hooks(
            Arc::new(context.clone()),
            vec![
                Arc::new(ReadOnly::new(self.no_tables())),
                Arc::new(CursorStatementHook),
                Arc::new(SetShowHook),
                Arc::new(TransactionStatementHook),
            ],
        );
        let errors = Arc::new(Errors { engine: self.engine.clone() });
        Ok(Handlers { service: Arc::new(service), login, cancel, errors })
    }
}

impl Server {
    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves until asked to stop; queries that run then are given up. Each connection is asked for with `renew`, which gives a session
    /// for it and later ones where the one so far is not up to date any more.
    pub async fn run(mut self, mut renew: impl AsyncFnMut() -> Option<Session>, stop: impl Future<Output = ()>) {
        let free = Arc::new(Semaphore::new(CONNECTIONS_MAX));
        let mut connections = JoinSet::new();
        tokio::pin!(stop);
        loop {
            let accepted = async {
                let permit = Arc::clone(&free).acquire_owned().await;
                (permit, self.listener.accept().await)
            };
            tokio::select! {
                () = &mut stop => break,
                Some(_) = connections.join_next() => {}
                (permit, accepted) = accepted => match accepted {
                    Ok((socket, _)) => {
                        if let Some(session) = renew().await {
                            self.renew(&session).await;
                        }
                        let handlers = Arc::clone(&self.handlers);
                        connections.spawn(async move {
                            let _permit = permit;
                            // A connection that breaks is its client's loss; there is nobody else to tell.
                            let _ = process_socket(socket, None, handlers).await;
                        });
                    }
                    // Such as too many open files: others may close some.
                    Err(_) => tokio::time::sleep(std::time::Duration::from_millis(100)).await,
                },
            }
        }
        connections.shutdown().await;
    }

    /// Another session, for connections from now on. One that cannot be served is not: the one before still answers.
    async fn renew(&mut self, session: &Session) {
        let (login, cancel) = (Arc::clone(&self.handlers.login), Arc::clone(&self.handlers.cancel));
        if let Ok(handlers) = session.handlers(login, cancel).await {
            self.handlers = Arc::new(handlers);
        }
    }
}

struct Handlers {
    service: Arc<DfSessionService>,
    login: Arc<Login>,
    cancel: Arc<DefaultCancelHandler>,
    errors: Arc<Errors>,
}

impl std::fmt::Debug for Handlers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Handlers").finish_non_exhaustive()
    }
}

impl PgWireServerHandlers for Handlers {
    fn simple_query_handler(&self) -> Arc<impl SimpleQueryHandler> {
        Arc::new(Commands(Arc::clone(&self.service)))
    }

    fn extended_query_handler(&self) -> Arc<impl ExtendedQueryHandler> {
        Arc::clone(&self.service)
    }

    fn startup_handler(&self) -> Arc<impl StartupHandler> {
        Arc::new(self.login.handler())
    }

    fn error_handler(&self) -> Arc<impl ErrorHandler> {
        Arc::clone(&self.errors)
    }

    fn cancel_handler(&self) -> Arc<impl CancelHandler> {
        Arc::clone(&self.cancel)
    }
}

/// Says of DataFusion's errors what the command says of them.
struct Errors {
    engine: Engine,
}

impl ErrorHandler for Errors {
    fn on_error<C>(&self, _client: &C, error: &mut PgWireError)
    where
        C: ClientInfo,
    {
        let PgWireError::ApiError(cause) = error else { return };
        if !cause.is::<DataFusionError>() {
            return;
        }
        let cause = std::mem::replace(cause, Box::new(std::fmt::Error));
        if let Ok(cause) = cause.downcast::<DataFusionError>() {
            *error = told(&self.engine.failed("query")(*cause));
        }
    }
}

/// An error of ours as PostgreSQL has them: <https://www.postgresql.org/docs/current/errcodes-appendix.html>.
fn told(error: &Error) -> PgWireError {
    let code = match error {
        Error::NoTable { .. } => "42P01",
        Error::NoColumn { .. } => "42703",
        Error::NotReadOnly { .. } => "25006",
        Error::Memory { .. } => "53200",
        Error::Damaged { .. } | Error::Unreadable { .. } => "58030",
        Error::Sql { .. } => "42000",
        _ => "XX000",
    };
    let causes = std::iter::successors(std::error::Error::source(error), |cause| cause.source());
    let mut text = error.to_string();
    for cause in causes.map(ToString::to_string) {
        if !text.contains(&cause) {
            text = format!("{text}: {cause}");
        }
    }
    let mut info = ErrorInfo::new("ERROR".to_owned(), code.to_owned(), text);
    info.hint = error.hint();
    PgWireError::UserError(Box::new(info))
}
