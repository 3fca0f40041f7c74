//! What can go wrong in the stage, and what the caller should do about it.

use std::fmt;

use parquet::errors::ParquetError;

/// What the caller should do about an error. Every crate of deskferry sorts its errors into these five.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Something outside did not answer: run the same command again.
    Unavailable,
    /// Settings, a spec or SQL are wrong: fix them.
    Invalid,
    /// Rows are wrong or missing: look at them.
    Data,
    /// Another run won: let it finish, then run again.
    Conflict,
    /// A bug in deskferry.
    Internal,
}

/// An error of the stage.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The store refused or did not answer.
    #[error("cannot {action} `{path}` in the stage")]
    Store {
        /// What was tried: read, write, create, list.
        action: &'static str,
        /// Path inside the store.
        path: String,
        /// The store's own error.
        #[source]
        source: object_store::Error,
    },
    /// The staging URL or path cannot be used.
    #[error("staging url `{url}` cannot be opened: {reason}")]
    Url {
        /// As the user wrote it.
        url: String,
        /// Why not.
        reason: String,
    },
    /// A file that must be new exists already: another run has written it.
    #[error("`{path}` exists already: another run has written it")]
    Exists {
        /// Path inside the store.
        path: String,
    },
    /// Another process is at it.
    #[error("another process holds the lock `{name}` of the stage")]
    Locked {
        /// What it is at.
        name: String,
    },
    /// The operating system gives no lock of a file.
    #[error("cannot lock `{path}`")]
    Lock {
        /// The file.
        path: String,
        /// Why not.
        #[source]
        source: std::io::Error,
    },
    /// A manifest, part or segment does not read as it was written.
    #[error("`{path}` is damaged: {reason}")]
    Damaged {
        /// Path inside the store.
        path: String,
        /// What is wrong.
        reason: String,
    },
    /// A run id, table name or hash does not have the form it must have.
    #[error("`{text}` is not a {what}")]
    Name {
        /// What was expected.
        what: &'static str,
        /// What was found.
        text: String,
    },
    /// There is no such run, or the run has no such table.
    #[error("no {what} `{name}` in the stage")]
    Missing {
        /// run, table, file.
        what: &'static str,
        /// Its name.
        name: String,
    },
    /// Parquet or Arrow refused.
    #[error("cannot write or read Parquet for `{path}`")]
    Parquet {
        /// Path inside the store.
        path: String,
        /// Parquet's own error.
        #[source]
        source: parquet::errors::ParquetError,
    },
}

impl Error {
    /// What to do about it.
    pub fn kind(&self) -> Kind {
        match self {
            Self::Store { source, .. } => match source {
                object_store::Error::NotFound { .. } => Kind::Data,
                object_store::Error::AlreadyExists { .. } | object_store::Error::Precondition { .. } => Kind::Conflict,
                object_store::Error::PermissionDenied { .. } | object_store::Error::Unauthenticated { .. } => {
                    Kind::Invalid
                }
                _ => Kind::Unavailable,
            },
            Self::Url { .. } | Self::Name { .. } | Self::Missing { .. } => Kind::Invalid,
            Self::Exists { .. } | Self::Locked { .. } => Kind::Conflict,
            Self::Lock { .. } => Kind::Unavailable,
            Self::Damaged { .. } => Kind::Data,
            Self::Parquet { .. } => Kind::Internal,
        }
    }

    /// What the user can do, where there is more to say than the error says.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Url { .. } => {
                Some("[staging] url in deskferry.toml takes a folder, or s3://bucket/prefix, gs://, az://")
            }
            Self::Lock { .. } => Some(
                "check that the folder of [staging] url can be written and takes locks, which some network drives do not",
            ),
            Self::Exists { .. } | Self::Locked { .. } => {
                Some("another deskferry is at work in this stage; let it finish, then run the command again")
            }
            Self::Damaged { .. } => Some("delete nothing by hand; run the stage again, which writes a new run"),
            Self::Missing { .. } => Some("`deskferry runs` lists what has been published"),
            Self::Store { .. } if self.kind() == Kind::Invalid => {
                Some("check the credentials in the environment (AWS_…, GOOGLE_…, AZURE_…) and the rights on the bucket")
            }
            Self::Store { .. } => Some(
                "check that the bucket exists, that the store can be reached and that the environment has its settings (AWS_REGION, AWS_ENDPOINT …), then run the same command again",
            ),
            _ => None,
        }
    }

    pub(crate) fn store(action: &'static str, path: impl fmt::Display) -> impl FnOnce(object_store::Error) -> Self {
        let path = path.to_string();
        move |source| match source {
            object_store::Error::AlreadyExists { .. } => Self::Exists { path },
            source => Self::Store { action, path, source },
        }
    }

    pub(crate) fn parquet(path: impl fmt::Display) -> impl FnOnce(parquet::errors::ParquetError) -> Self {
        let path = path.to_string();
        move |source| match source {
            // What the store refused while Parquet was read or written is the store's error.
            ParquetError::External(inner) => match inner.downcast::<object_store::Error>() {
                Ok(source) => Self::Store { action: "read or write", path, source: *source },
                Err(inner) => Self::Parquet { path, source: ParquetError::External(inner) },
            },
            source => Self::Parquet { path, source },
        }
    }
}

/// Result of the stage.
pub type Result<T, E = Error> = std::result::Result<T, E>;
