//! What can go wrong with a load, and what the caller should do about it.

use deskferry_staging::Kind;

/// An error of the load. A row that Intercom refuses is no error: it is `rejected` in the ledger.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A call failed for good.
    #[error(transparent)]
    Http(Box<deskferry_http::Error>),
    /// The stage failed.
    #[error(transparent)]
    Staging(#[from] deskferry_staging::Error),
    /// Another loader has written to the ledger.
    #[error("another load has written segment {segment} of the ledger: this one stops before it sends anything more")]
    Conflict {
        /// The segment that was to be written.
        segment: u64,
    },
    /// Another loader is at work.
    #[error("another load is at work: the ledger grew to segment {segment} while this one waited")]
    Busy {
        /// The newest segment.
        segment: u64,
    },
    /// The ledger does not read as it was written.
    #[error("segment {segment} of the ledger is damaged: {reason}")]
    Damaged {
        /// Which segment.
        segment: u64,
        /// What is wrong.
        reason: String,
    },
    /// There is no ledger, though there was one.
    #[error("the ledger is gone: it has no segment, but run {run} has loaded")]
    LedgerGone {
        /// The newest load that has told of rows.
        run: String,
    },
    /// A rollback was begun and has not come to its end.
    #[error(
        "a rollback was begun and has not come to its end: nothing is loaded, and nothing else undone, before it has"
    )]
    Unfinished {
        /// The command that finishes it.
        command: String,
    },
    /// The ledger tells of another workspace.
    #[error("the ledger of this stage belongs to workspace `{ledger}`, but the token is of workspace `{token}`")]
    Workspace {
        /// Workspace of the ledger.
        ledger: String,
        /// Workspace of the token.
        token: String,
    },
    /// The tokens are not of one workspace.
    #[error("{main} is of workspace `{workspace}`, but {token} is of workspace `{other}`")]
    Tokens {
        /// Where the first token comes from.
        main: String,
        /// Its workspace.
        workspace: String,
        /// Where the other token comes from.
        token: String,
        /// Its workspace.
        other: String,
    },
    /// Teammates or teams are missing.
    #[error("missing in the workspace: {checklist}")]
    Missing {
        /// Who and which, as one line.
        checklist: String,
    },
    /// A setting cannot be used.
    #[error("{setting} = `{value}` {reason}")]
    Setting {
        /// Its name in deskferry.toml.
        setting: &'static str,
        /// Its value.
        value: String,
        /// Why not.
        reason: String,
    },
    /// A contract table does not read as the contract says.
    #[error("intercom.{table} cannot be loaded: {reason}")]
    Contract {
        /// Which table.
        table: String,
        /// What is wrong.
        reason: String,
    },
    /// A reply of Intercom lacks what it must have.
    #[error("the reply of {call} lacks `{field}`")]
    Reply {
        /// Method and path.
        call: String,
        /// Which field.
        field: &'static str,
    },
    /// Too many rows of a table were refused.
    #[error("{rejected} of {rows} rows of {table} were refused, more than {} %: the load stops before it goes on", most * 100.0)]
    Rejects {
        /// Which table.
        table: String,
        /// Rows refused.
        rejected: u64,
        /// Rows looked at.
        rows: u64,
        /// Share of refused rows at which the load stops.
        most: f64,
    },
    /// A file or task that the load itself makes failed.
    #[error("cannot write {what}: {reason}")]
    Output {
        /// What was to be written.
        what: &'static str,
        /// Why not.
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
            Self::Conflict { .. } | Self::Busy { .. } => Kind::Conflict,
            Self::Damaged { .. } | Self::LedgerGone { .. } | Self::Contract { .. } => Kind::Data,
            Self::Unfinished { .. }
            | Self::Workspace { .. }
            | Self::Tokens { .. }
            | Self::Missing { .. }
            | Self::Setting { .. }
            | Self::Rejects { .. } => Kind::Invalid,
            Self::Reply { .. } => Kind::Unavailable,
            Self::Output { .. } => Kind::Internal,
        }
    }

    /// What the user can do, where there is more to say than the error says.
    pub fn hint(&self) -> Option<String> {
        let text = match self {
            Self::Http(error) => return error.hint(),
            Self::Staging(error) => return error.hint().map(ToOwned::to_owned),
            Self::Conflict { .. } | Self::Busy { .. } => {
                "let the other load finish or stop it, then run the command again: it goes on where the other ended"
            }
            Self::Damaged { .. } => "restore the segment from a copy of the stage; nothing was sent",
            Self::LedgerGone { .. } => {
                "restore the folder `ledger` from a copy of the stage, for without it all would be sent again; for another workspace \
                 use another [staging] url. Nothing was sent"
            }
            Self::Unfinished { command } => return Some(format!("finish it with: {command}")),
            Self::Workspace { .. } => "use another [staging] url for another workspace, or the token of the first",
            Self::Tokens { .. } => "give only tokens of apps of the workspace that is loaded; nothing was sent",
            Self::Missing { .. } => {
                "invite them in Intercom under Settings > Teammates, or name in mapping/agents.csv who takes their \
                 place, or set [load] placeholder_admin to the e-mail of a teammate"
            }
            Self::Rejects { table, .. } => {
                return Some(format!(
                    "see why with: deskferry sql \"SELECT code, message, count(*) AS rows FROM ledger.rows WHERE table_name = \
                     '{table}' AND state = 'rejected' GROUP BY ALL ORDER BY rows DESC\"; then load again, or raise \
                     [load] reject_rate_max"
                ));
            }
            Self::Contract { .. } => "run `deskferry transform` again",
            Self::Setting { .. } | Self::Reply { .. } | Self::Output { .. } => return None,
        };
        Some(text.to_owned())
    }
}

impl From<deskferry_http::Error> for Error {
    fn from(error: deskferry_http::Error) -> Self {
        Self::Http(Box::new(error))
    }
}

/// Result of the load.
pub type Result<T, E = Error> = std::result::Result<T, E>;
