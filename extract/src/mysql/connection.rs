//! One session on the server: read-only, in UTF-8 and UTC, made again when it is lost.

use std::time::Duration;

use mysql_async::prelude::Queryable as _;
use mysql_async::{Conn, Error as Driver, QueryResult, Row, TextProtocol, Value};

use super::failure;
use super::target::Target;
use crate::Result;

/// How long a connection may take.
const CONNECT_SECONDS: u64 = 30;
/// How often a lost connection is made again without a row in between.
const ATTEMPTS: u32 = 5;
/// Wait before the first new attempt; doubled each time.
const PAUSE: Duration = Duration::from_millis(500);
/// Run on every connection. The server converts tables of other character sets; zero dates are read as they are; a slow stage
/// does not make the server give up.
const SETUP: [&str; 2] = [
    "SET NAMES utf8mb4",
    "SET SESSION time_zone = '+00:00', sql_mode = '', net_write_timeout = 3600, net_read_timeout = 3600",
];
/// Wishes that old servers do not know: no writing, and no limit on how long a SELECT runs.
const WISHES: [&str; 3] =
    ["SET SESSION TRANSACTION READ ONLY", "SET SESSION max_statement_time = 0", "SET SESSION max_execution_time = 0"];

/// A session.
pub(super) struct Connection {
    target: Target,
    connection: Conn,
    /// Whether text arrives as it is stored.
    as_stored: bool,
    lost: u32,
}

impl Connection {
    /// Connects and logs in.
    ///
    /// # Errors
    /// `Database`.
    pub(super) async fn open(target: &Target) -> Result<Self> {
        let connecting = Conn::new(target.options(&SETUP));
        let connection = match tokio::time::timeout(Duration::from_secs(CONNECT_SECONDS), connecting).await {
            Ok(Ok(connection)) => connection,
            Ok(Err(error)) => return Err(failure::failed(target, "connect", error)),
            Err(_) => return Err(failure::timed_out(target, CONNECT_SECONDS)),
        };
        let mut session = Self { target: target.clone(), connection, as_stored: false, lost: 0 };
        for wish in WISHES {
            match session.connection.query_drop(wish).await {
                Ok(()) | Err(Driver::Server(_)) => {}
                Err(error) => return Err(failure::failed(target, "connect", error)),
            }
        }
        Ok(session)
    }

    /// Where it is connected.
    pub(super) fn target(&self) -> &Target {
        &self.target
    }

    /// All rows of a small result as texts; NULL is empty. `action` is what messages call it.
    ///
    /// # Errors
    /// `Database`.
    pub(super) async fn rows(&mut self, action: &str, sql: &str) -> Result<Vec<Vec<String>>> {
        loop {
            match self.connection.query::<Row, _>(sql).await {
                Ok(rows) => {
                    self.lost = 0;
                    return Ok(rows
                        .iter()
                        .map(|row| (0..row.len()).map(|at| text(row.as_ref(at))).collect())
                        .collect());
                }
                Err(error) => self.recover(action, error).await?,
            }
        }
    }

    /// Starts a SELECT whose rows are streamed. Text that is stored as UTF-8 may come `as_stored`: the same bytes, but the
    /// server does not spend a quarter of its time on turning each into itself.
    pub(super) async fn stream<'a>(
        &'a mut self,
        sql: &'a str,
        as_stored: bool,
    ) -> Result<QueryResult<'a, 'static, TextProtocol>, Driver> {
        if as_stored != self.as_stored {
            let set =
                if as_stored { "SET character_set_results = NULL" } else { "SET character_set_results = utf8mb4" };
            self.connection.query_drop(set).await?;
            self.as_stored = as_stored;
        }
        self.connection.query_iter(sql).await
    }

    /// Rows have arrived: the next loss is a first one again.
    pub(super) fn progressed(&mut self) {
        self.lost = 0;
    }

    /// After a failure: connects again where that can help.
    ///
    /// # Errors
    /// `Database` where it cannot help, or has been tried in vain.
    pub(super) async fn recover(&mut self, action: &str, error: Driver) -> Result<()> {
        if !failure::is_lost(&error) {
            return Err(failure::failed(&self.target, action, error));
        }
        let mut last = failure::failed(&self.target, action, error);
        while self.lost < ATTEMPTS {
            tokio::time::sleep(PAUSE * 2_u32.pow(self.lost)).await;
            self.lost += 1;
            match Self::open(&self.target).await {
                Ok(fresh) => {
                    self.connection = fresh.connection;
                    self.as_stored = false;
                    return Ok(());
                }
                Err(error) if error.kind() == deskferry_staging::Kind::Unavailable => last = error,
                Err(error) => return Err(error),
            }
        }
        Err(last)
    }

    /// The server in a sentence.
    ///
    /// # Errors
    /// `Database`.
    pub(super) async fn describe(&mut self) -> Result<String> {
        let rows = self.rows("ask for the version", "SELECT VERSION(), @@version_comment").await?;
        let words = rows.into_iter().next().unwrap_or_default().join(", ");
        let encrypted = if self.target.tls.is_some() { ", encrypted" } else { "" };
        Ok(format!("connected to {}: {words}{encrypted}", self.target))
    }

    /// Says goodbye; a server that does not hear it loses nothing.
    pub(super) async fn close(self) {
        let _heard = self.connection.disconnect().await;
    }
}

/// A cell of the text protocol; `None` is NULL.
#[inline]
pub(super) fn bytes(value: Option<&Value>) -> Option<&[u8]> {
    match value {
        Some(Value::Bytes(bytes)) => Some(bytes),
        _ => None,
    }
}

fn text(value: Option<&Value>) -> String {
    String::from_utf8_lossy(bytes(value).unwrap_or_default()).into_owned()
}
