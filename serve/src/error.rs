//! What can go wrong while events are taken in and applied.

use std::net::SocketAddr;

use deskferry_staging::Kind;

/// An error of serving.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Nobody can be listened to at this address.
    #[error("cannot listen on {listen}")]
    Listen {
        /// The address.
        listen: SocketAddr,
        /// Why not.
        #[source]
        source: std::io::Error,
    },
    /// A thread or a runtime cannot be had.
    #[error("cannot start the server")]
    Start {
        /// Why not.
        #[source]
        source: std::io::Error,
    },
    /// A log of events does not read as it was written.
    #[error("events.{log} is damaged: {reason}")]
    Damaged {
        /// The log.
        log: &'static str,
        /// What is wrong.
        reason: String,
    },
    /// A batch of events cannot be made.
    #[error("events.{log} cannot be written")]
    Output {
        /// The log.
        log: &'static str,
        /// Arrow's own error.
        #[source]
        source: arrow::error::ArrowError,
    },
    /// The stage.
    #[error(transparent)]
    Staging(#[from] deskferry_staging::Error),
}

impl Error {
    /// What to do about it.
    pub fn kind(&self) -> Kind {
        match self {
            Self::Listen { .. } => Kind::Invalid,
            Self::Start { .. } => Kind::Unavailable,
            Self::Damaged { .. } => Kind::Data,
            Self::Output { .. } => Kind::Internal,
            Self::Staging(error) => error.kind(),
        }
    }

    /// What the user can do, where there is more to say than the error says.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Listen { .. } => Some("choose another --listen address, or end what listens there"),
            Self::Damaged { .. } => Some("delete nothing by hand; copy the stage and tell what happened to it"),
            Self::Staging(error) => error.hint(),
            _ => None,
        }
    }
}

/// Result of serving.
pub type Result<T, E = Error> = std::result::Result<T, E>;
