//! What can go wrong while a source is read, and what the caller should do about it.

use std::path::Path;

use deskferry_staging::Kind;

/// How an extract that was stopped goes on.
const RESUME: &str = "go on with `deskferry extract --resume`; `deskferry sync` goes on by itself";

/// An error of extract.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A spec does not follow its vocabulary.
    #[error("spec `{file}` is not valid")]
    Spec {
        /// The spec's file.
        file: String,
        /// Line, key and the values allowed there.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A setting cannot be used.
    #[error("setting `{key}` cannot be used: {reason}")]
    Setting {
        /// The key in `deskferry.toml`.
        key: &'static str,
        /// Why not.
        reason: String,
        /// What would do.
        hint: String,
    },
    /// The user named a table that the spec has not.
    #[error("no table `{table}` in spec `{spec}`")]
    NoTable {
        /// The table asked for.
        table: String,
        /// The spec.
        spec: String,
        /// The tables there are.
        known: String,
    },
    /// A file or folder of the source cannot be read.
    #[error("cannot read `{path}`")]
    Read {
        /// Which.
        path: String,
        /// The system's own error.
        #[source]
        source: std::io::Error,
    },
    /// The source is not what the spec describes.
    #[error("`{source_name}` is not a {title} help desk: {reason}")]
    NotThisSource {
        /// File or database.
        source_name: String,
        /// The spec's title.
        title: String,
        /// What is missing or seen instead.
        reason: String,
        /// What to do.
        hint: String,
    },
    /// The source is cut off or damaged.
    #[error("`{path}` is incomplete or damaged: {reason}")]
    Damaged {
        /// The file.
        path: String,
        /// What is wrong and where.
        reason: String,
    },
    /// A file that was dropped is not what it should be.
    #[error("`{path}` cannot be read: {reason}")]
    Dropped {
        /// The file and the line.
        path: String,
        /// What is wrong.
        reason: String,
    },
    /// The source has a form that is not supported.
    #[error("`{path}` cannot be read: {reason}")]
    Unsupported {
        /// The file.
        path: String,
        /// What form.
        reason: String,
        /// What is supported.
        hint: String,
    },
    /// What was read disagrees with the source's own count.
    #[error("table `{table}` has {counted} rows in the source but {read} were read")]
    Count {
        /// The table.
        table: String,
        /// Rows by the source's own count.
        counted: u64,
        /// Rows read.
        read: u64,
    },
    /// A row that is compared with the last state came a second time.
    #[error("table `{table}` has rows that share a key, so that the last state cannot be compared with it")]
    Repeated {
        /// The table.
        table: String,
    },
    /// Another run of the source was published while this one compared with the last state.
    #[error("run {run} was published meanwhile")]
    Overtaken {
        /// The other run.
        run: String,
    },
    /// Single rows were asked for of a table that was never read whole, or not with the columns that it has now.
    #[error("there is no state of table `{table}` that single rows could be added to")]
    NoState {
        /// The table.
        table: String,
    },
    /// The database refused or did not answer.
    #[error("cannot {action}")]
    Database {
        /// What was tried, on which host and table, without the password.
        action: String,
        /// What to do about the failure.
        kind: Kind,
        /// What to do about it.
        hint: Option<String>,
        /// The driver's own error.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// An object store refused or did not answer.
    #[error("cannot read attachments at `{url}`")]
    Store {
        /// The store.
        url: String,
        /// The store's own error.
        #[source]
        source: object_store::Error,
    },
    /// A call to the source failed for good.
    #[error("cannot read {what}")]
    Http {
        /// What was to be read: table `tickets`.
        what: String,
        /// Whether it went to another host than the source's own.
        is_other: bool,
        /// Whether what was fetched before is kept.
        kept: bool,
        /// The client's own error.
        #[source]
        source: Box<deskferry_http::Error>,
    },
    /// A reply is not what the spec describes.
    #[error("{what}: the reply is not what the spec describes: {reason}")]
    Reply {
        /// What was read: table `tickets`.
        what: String,
        /// What came instead.
        reason: String,
        /// What to do about it.
        hint: String,
    },
    /// The spec says that such paths are never called.
    #[error("{what}: `{path}` is not called, as it has `{piece}` in it")]
    RefusedPath {
        /// What was to be read: table `tickets`.
        what: String,
        /// The path.
        path: String,
        /// The piece of `refused_paths`.
        piece: String,
    },
    /// The source does not let us read a table without which nothing is published.
    #[error("the source refuses table `{table}`: {reason}")]
    NoAccess {
        /// The table.
        table: String,
        /// What the source said.
        reason: String,
    },
    /// An earlier extract has fetched something and was not published.
    #[error("run {run} was begun {begun} and has not been finished")]
    Unfinished {
        /// The run.
        run: String,
        /// When.
        begun: String,
    },
    /// There is nothing to go on with.
    #[error("there is no unfinished extract of `{spec}`")]
    NothingUnfinished {
        /// The spec.
        spec: String,
    },
    /// What was begun is not what is asked for now.
    #[error("run {run} was begun with another {what}")]
    OtherPlan {
        /// The run.
        run: String,
        /// What differs.
        what: String,
    },
    /// The stage failed.
    #[error(transparent)]
    Staging(#[from] deskferry_staging::Error),
    /// The user asked to stop. What was fetched is kept.
    #[error("stopped; what run {run} has fetched is kept")]
    Stopped {
        /// The run.
        run: String,
    },
    /// The user asked to stop. Nothing was published.
    #[error("stopped before the run was published")]
    Cancelled,
    /// A bug in deskferry.
    #[error("extract failed inside: {0}")]
    Internal(String),
}

impl Error {
    /// What to do about it.
    pub fn kind(&self) -> Kind {
        match self {
            Self::Spec { .. }
            | Self::Setting { .. }
            | Self::NoTable { .. }
            | Self::NotThisSource { .. }
            | Self::Unsupported { .. }
            | Self::NoAccess { .. }
            | Self::RefusedPath { .. }
            | Self::Dropped { .. }
            | Self::Unfinished { .. }
            | Self::NothingUnfinished { .. }
            | Self::OtherPlan { .. }
            | Self::Read { .. } => Kind::Invalid,
            Self::Http { source, .. } => match source.kind() {
                deskferry_http::Kind::Unavailable => Kind::Unavailable,
                deskferry_http::Kind::Invalid => Kind::Invalid,
                deskferry_http::Kind::Data => Kind::Data,
                deskferry_http::Kind::Internal => Kind::Internal,
            },
            Self::Reply { .. } | Self::Damaged { .. } | Self::Count { .. } | Self::Repeated { .. } => Kind::Data,
            Self::Overtaken { .. } => Kind::Conflict,
            Self::NoState { .. } => Kind::Data,
            Self::Database { kind, .. } => *kind,
            Self::Store { source, .. } => match source {
                object_store::Error::NotFound { .. }
                | object_store::Error::PermissionDenied { .. }
                | object_store::Error::Unauthenticated { .. } => Kind::Invalid,
                _ => Kind::Unavailable,
            },
            Self::Staging(source) => source.kind(),
            Self::Cancelled | Self::Stopped { .. } => Kind::Unavailable,
            Self::Internal(_) => Kind::Internal,
        }
    }

    /// What the user can do.
    pub fn hint(&self) -> Option<String> {
        let text = match self {
            Self::Spec { file, .. } => format!("correct {file}; `deskferry init --explain-spec` shows every key"),
            Self::Setting { hint, .. }
            | Self::NotThisSource { hint, .. }
            | Self::Unsupported { hint, .. }
            | Self::Reply { hint, .. } => hint.clone(),
            Self::Http { source, kept, .. } => match (source.hint(), kept) {
                (_, true) if source.kind() == deskferry_http::Kind::Unavailable => RESUME.into(),
                (Some(hint), true) => format!("{hint}; then {RESUME}"),
                (hint, _) => return hint,
            },
            Self::Stopped { .. } => RESUME.into(),
            Self::NoAccess { table, reason } if reason.starts_with("404") => format!(
                "check [source] url, and `path` of `{table}` in the spec: the source knows no such address (`deskferry probe` looks for another), or hides the table from the account that [source] logs in as"
            ),
            Self::NoAccess { table, .. } => format!(
                "give the account that [source] logs in as the right to read it, then `deskferry extract --resume`; or say `access = \"optional\"` of `{table}` in the spec"
            ),
            Self::Dropped { .. } => "correct the file, or take it out of the folder of [source] drop; nothing was published".into(),
            Self::RefusedPath { .. } => {
                "correct the path or the link in the spec; what refused_paths of [rest] names would change the source".into()
            }
            Self::Unfinished { .. } => {
                "`deskferry extract --resume` goes on with it; `deskferry extract --anew` throws away what it has fetched".into()
            }
            Self::NothingUnfinished { .. } => "run `deskferry extract`".into(),
            Self::OtherPlan { .. } => {
                "give what it was begun with, or throw it away with `deskferry extract --anew`".into()
            }
            Self::NoTable { known, .. } => format!("the tables are: {known}"),
            Self::Read { .. } => "check the path in [source] of deskferry.toml and the rights on the file".into(),
            Self::Damaged { .. } => "make the file again and copy it whole; nothing was published".into(),
            Self::Count { .. } => {
                "rows came or went while they were read: switch on Hesk's maintenance mode, then run extract again"
                    .into()
            }
            Self::Repeated { .. } => "run `deskferry extract` without --since-last".into(),
            Self::NoState { .. } => "run `deskferry extract`, which reads all of the source".into(),
            Self::Overtaken { .. } => "let one extract run at a time, then run the same command again".into(),
            Self::Database { hint, .. } => return hint.clone(),
            Self::Store { .. } => "check the url and the credentials of the store".into(),
            Self::Staging(source) => return source.hint().map(str::to_owned),
            Self::Cancelled => "run the same command again".into(),
            Self::Internal(_) => return None,
        };
        Some(text)
    }

    pub(crate) fn read(path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.display().to_string();
        move |source| Self::Read { path, source }
    }
}

/// Result of extract.
pub type Result<T, E = Error> = std::result::Result<T, E>;
