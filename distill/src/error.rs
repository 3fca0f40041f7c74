//! What can go wrong with the wording, and what the caller should do about it.

use deskferry_staging::Kind;

/// An error of the wording. An answer that cannot be used is no error: it is stored with the reason.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A call failed for good.
    #[error(transparent)]
    Http(Box<deskferry_http::Error>),
    /// The stage failed.
    #[error(transparent)]
    Staging(#[from] deskferry_staging::Error),
    /// A setting cannot be used.
    #[error("[distill] {setting} {reason}")]
    Setting {
        /// Its name in deskferry.toml.
        setting: &'static str,
        /// Why not.
        reason: String,
        /// What to do.
        hint: &'static str,
    },
    /// There is nothing to ask about.
    #[error("the stage has no {schema}.{}", crate::MODEL)]
    NothingToAsk {
        /// Schema of the transform.
        schema: String,
    },
    /// The server answers, but gives no answer that can be read.
    #[error("the server at [distill] endpoint gives no answers: {reason}")]
    NoAnswers {
        /// What it said last.
        reason: String,
    },
    /// A staged table does not have what it must have.
    #[error("{table} of run {run} cannot be read: {reason}")]
    Table {
        /// Schema and table.
        table: String,
        /// The run.
        run: String,
        /// What is wrong.
        reason: String,
    },
}

impl Error {
    /// What to do about it.
    pub fn kind(&self) -> Kind {
        match self {
            Self::Http(error) => match error.kind() {
                deskferry_http::Kind::Unavailable => Kind::Unavailable,
                deskferry_http::Kind::Invalid => Kind::Invalid,
                deskferry_http::Kind::Data => Kind::Data,
                deskferry_http::Kind::Internal => Kind::Internal,
            },
            Self::Staging(error) => error.kind(),
            Self::Setting { .. } | Self::NothingToAsk { .. } | Self::NoAnswers { .. } => Kind::Invalid,
            Self::Table { .. } => Kind::Data,
        }
    }

    /// What the user can do, where there is more to say than the error says.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Http(error) => error.hint(),
            Self::Staging(error) => error.hint().map(str::to_owned),
            Self::Setting { hint, .. } => Some((*hint).to_owned()),
            Self::NothingToAsk { .. } => Some("run `deskferry transform` first".to_owned()),
            Self::NoAnswers { .. } => Some(
                "check [distill] endpoint (the address before /chat/completions), model and options in deskferry.toml"
                    .to_owned(),
            ),
            Self::Table { .. } => Some("run `deskferry transform` again".to_owned()),
        }
    }
}

impl From<deskferry_http::Error> for Error {
    fn from(error: deskferry_http::Error) -> Self {
        Self::Http(Box::new(error))
    }
}

/// Result of the wording.
pub type Result<T, E = Error> = std::result::Result<T, E>;
