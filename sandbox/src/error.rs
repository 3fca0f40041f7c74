//! What can go wrong in starting the sandbox. Refusals of single calls are replies, not errors: see `refusal.rs`.

use std::net::SocketAddr;

/// Who has to act.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Something outside is not available; try again.
    Unavailable,
    /// A setting is wrong.
    Invalid,
}

/// An error in starting the sandbox.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The address cannot be listened on.
    #[error("cannot listen on {listen}")]
    Listen {
        /// The address asked for.
        listen: SocketAddr,
        /// Why not.
        #[source]
        source: std::io::Error,
    },
    /// The workspace file cannot be used.
    #[error("the workspace file cannot be used: {reason}")]
    Workspace {
        /// What is wrong with it.
        reason: String,
    },
}

impl Error {
    /// Who has to act.
    pub fn kind(&self) -> Kind {
        match self {
            Self::Listen { .. } => Kind::Unavailable,
            Self::Workspace { .. } => Kind::Invalid,
        }
    }
}
