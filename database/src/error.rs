//! What can go wrong with a database, and what the caller should do about it.

use std::error::Error as _;
use std::fmt;

use deskferry_staging::Kind;
use tokio_postgres::error::SqlState;

/// An error of a load into a database. A row that the database refuses is no error: it is a row of `load.rejects`.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The address of the database cannot be used. It is not shown, for there may be a password in it.
    #[error("[load] target cannot be used: {reason}")]
    Target {
        /// Why not.
        reason: String,
    },
    /// Nobody answers, or not as a database does.
    #[error("cannot connect to {target}: {cause}")]
    Connect {
        /// The database, without its password.
        target: String,
        /// What it or the network said.
        cause: Cause,
    },
    /// The database refused a statement, or went away.
    #[error("cannot {action}: {cause}")]
    Database {
        /// What was tried, and of which table.
        action: String,
        /// What it said.
        cause: Cause,
    },
    /// Another load is at work.
    #[error("another load is writing into schema `{schema}` of {target}")]
    Busy {
        /// The schema.
        schema: String,
        /// The database, without its password.
        target: String,
    },
    /// There is no schema to write into.
    #[error("{target} has no schema to write into: {reason}")]
    Schema {
        /// The database, without its password.
        target: String,
        /// Why not.
        reason: String,
    },
    /// A table that is there already is not one that can be written.
    #[error("table {table} of the database cannot be written: {reason}")]
    Table {
        /// Schema and name.
        table: String,
        /// What is in the way.
        reason: String,
        /// What to do about it, mostly a statement.
        hint: String,
    },
    /// A newer deskferry has written there.
    #[error("schema `{schema}` was written by a newer deskferry (format {found}, this one knows {known})")]
    Newer {
        /// The schema.
        schema: String,
        /// Format in the database.
        found: i32,
        /// Newest format that is known.
        known: i32,
    },
    /// What is staged is not what a database can be written from.
    #[error("run {run} cannot be loaded: {reason}")]
    Run {
        /// The run.
        run: String,
        /// Why not.
        reason: String,
    },
    /// Too many rows of a table were refused.
    #[error(
        "{rejected} of {rows} rows of {table} were refused: the load stops before it goes on. The last one: {reason}"
    )]
    Rejects {
        /// Which table.
        table: String,
        /// Rows refused.
        rejected: u64,
        /// Rows looked at.
        rows: u64,
        /// Why the last one was.
        reason: String,
    },
    /// The stage failed.
    #[error(transparent)]
    Staging(#[from] deskferry_staging::Error),
}

/// What a server or the network said, without values of rows: those may be anybody's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cause {
    /// PostgreSQL's code of the error, such as `23502`; `None` where the server said nothing.
    pub code: Option<String>,
    /// The text.
    pub message: String,
    /// The server went away or was never there.
    is_gone: bool,
}

impl Cause {
    /// First two characters of the code.
    fn class(&self) -> &str {
        self.code.as_deref().and_then(|code| code.get(..2)).unwrap_or_default()
    }

    /// Whether a row is at fault, so that others can be written: data, constraints, limits, what a trigger raises.
    pub(crate) fn is_of_row(&self) -> bool {
        matches!(self.class(), "22" | "23" | "44" | "54" | "P0")
    }

    /// Whether the same transaction may succeed at once: a deadlock, a serialisation failure.
    pub(crate) fn is_passing(&self) -> bool {
        self.class() == "40"
    }

    pub(crate) fn is(&self, code: &SqlState) -> bool {
        self.code.as_deref() == Some(code.code())
    }

    fn kind(&self) -> Kind {
        match self.class() {
            // 08 connection, 40 rollback, 53 no resources, 55 in use, 57 cancelled or shut down, 58 the server's system.
            "08" | "40" | "53" | "55" | "57" | "58" => Kind::Unavailable,
            // 42501 is a missing right; what else a statement is refused for comes of what is in the database.
            "" if self.is_gone => Kind::Unavailable,
            "XX" => Kind::Internal,
            _ => Kind::Invalid,
        }
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        match &self.code {
            Some(code) => write!(f, " (SQLSTATE {code})"),
            None => Ok(()),
        }
    }
}

impl From<tokio_postgres::Error> for Cause {
    fn from(error: tokio_postgres::Error) -> Self {
        if let Some(said) = error.as_db_error() {
            return Self {
                code: Some(said.code().code().to_owned()),
                message: said.message().to_owned(),
                is_gone: false,
            };
        }
        let mut message = error.to_string();
        let mut cause = error.source();
        // TLS failures come as failures of the socket, too.
        let is_gone =
            error.is_closed() || (cause.is_some_and(|c| c.is::<std::io::Error>()) && !message.contains("TLS"));
        while let Some(inner) = cause {
            message = format!("{message}: {inner}");
            cause = inner.source();
        }
        Self { code: None, message, is_gone }
    }
}

impl Error {
    /// What to do about it.
    pub fn kind(&self) -> Kind {
        match self {
            Self::Target { .. } | Self::Schema { .. } | Self::Table { .. } | Self::Newer { .. } => Kind::Invalid,
            Self::Connect { cause, .. } | Self::Database { cause, .. } => cause.kind(),
            Self::Busy { .. } => Kind::Conflict,
            Self::Run { .. } | Self::Rejects { .. } => Kind::Data,
            Self::Staging(error) => error.kind(),
        }
    }

    /// What the user can do, where there is more to say than the error says.
    pub fn hint(&self) -> Option<String> {
        let text = match self {
            Self::Target { .. } => {
                "write it as postgres://user:${DATABASE_PASSWORD}@host:5432/database?sslmode=verify-full; the password \
                 comes from the environment, its special characters as %xx"
            }
            Self::Connect { cause, .. } => return Some(connect_hint(cause).to_owned()),
            Self::Database { cause, .. } => return database_hint(cause).map(ToOwned::to_owned),
            Self::Busy { .. } => {
                "let it finish or stop it, then run the command again: it goes on where the other ended"
            }
            Self::Schema { .. } => {
                "name one with [load] target_schema; an administrator makes it with: CREATE SCHEMA name AUTHORIZATION user"
            }
            Self::Table { hint, .. } => return Some(hint.clone()),
            Self::Newer { .. } => "install the newer deskferry; nothing was written",
            Self::Run { .. } => "run `deskferry transform` again",
            Self::Rejects { .. } => {
                "correct what the database says and load again: nothing of what was written is lost; or raise [load] \
                 reject_rate_max"
            }
            Self::Staging(error) => return error.hint().map(ToOwned::to_owned),
        };
        Some(text.to_owned())
    }

    /// Says of a failed statement what it was for.
    pub(crate) fn database(action: impl fmt::Display) -> impl FnOnce(tokio_postgres::Error) -> Self {
        move |error| Self::Database { action: action.to_string(), cause: error.into() }
    }
}

fn connect_hint(cause: &Cause) -> &'static str {
    match cause.class() {
        "28" => "check user and password in [load] target, and pg_hba.conf of the server",
        "3D" => "make it with: CREATE DATABASE name, or correct the name in [load] target",
        "42" => "an administrator grants it with: GRANT CONNECT ON DATABASE name TO user",
        "53" | "57" => "wait until the server has room and is up, then run the same command again; nothing is lost",
        _ if cause.is_gone => {
            "check that the server is up and that host and port in [load] target are right, then run the same command \
             again; what is staged is not lost"
        }
        _ => {
            "check [load] target; sslmode=verify-full needs a certificate for that host name from an authority of the system \
             or of sslrootcert=FILE, sslmode=disable is without encryption"
        }
    }
}

fn database_hint(cause: &Cause) -> Option<&'static str> {
    Some(match cause.class() {
        "53" => {
            "make room on the server (disk, memory, connections), then run the same command again: it goes on where it ended"
        }
        "57" | "55" | "40" | "08" => "run the same command again: it goes on where this one ended",
        "" if cause.is_gone => "run the same command again when the database is back: it goes on where this one ended",
        "25" => "[load] target must be a server that can be written, not a standby",
        _ if cause.is(&SqlState::INSUFFICIENT_PRIVILEGE) => {
            "an administrator grants what is missing: GRANT USAGE, CREATE ON SCHEMA name TO user; GRANT TEMPORARY ON DATABASE \
             name TO user; tables that others have made: ALTER TABLE name OWNER TO user"
        }
        _ => return None,
    })
}

/// Result of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;
