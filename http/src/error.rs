//! What can go wrong with a call, and what the caller should do about it.

/// What the caller should do about an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The other side did not answer: run the same command again.
    Unavailable,
    /// Settings are wrong: fix them.
    Invalid,
    /// The other side refused this row.
    Data,
    /// A bug in deskferry.
    Internal,
}

/// An error of a call. Paths are shown without their query, and no header is shown.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The client cannot be made from these settings.
    #[error("{what} cannot be used: {reason}")]
    Settings {
        /// Which setting.
        what: &'static str,
        /// Why not.
        reason: String,
    },
    /// No connection could be made, so nothing was sent.
    #[error("cannot reach {name} at {host}")]
    Unreachable {
        /// What messages call the other side.
        name: String,
        /// Host and port.
        host: String,
        /// The client's own error.
        #[source]
        source: reqwest::Error,
    },
    /// The other side does not take the token.
    #[error("{name} refused {token_from} ({status}{})", shown(code.as_deref(), message.as_deref(), request_id.as_deref()))]
    Unauthorized {
        /// What messages call the other side.
        name: String,
        /// Where the token comes from.
        token_from: String,
        /// HTTP status.
        status: u16,
        /// Code of the error reply.
        code: Option<String>,
        /// Message of the error reply.
        message: Option<String>,
        /// Request id.
        request_id: Option<String>,
    },
    /// The other side gave no token.
    #[error("cannot log in to {name}: {reason}")]
    Login {
        /// What messages call the other side.
        name: String,
        /// What it said.
        reason: String,
        /// What to do about it.
        hint: String,
    },
    /// The reply is longer than the caller takes.
    #[error("the reply to {method} {path} has more than {bytes_max} bytes")]
    TooLong {
        /// Method.
        method: &'static str,
        /// Path without query.
        path: String,
        /// Most bytes that are taken.
        bytes_max: u64,
    },
    /// What came cannot be kept where the caller wants it.
    #[error("cannot keep the reply to {path}")]
    Save {
        /// Path without query.
        path: String,
        /// The system's own error.
        #[source]
        source: std::io::Error,
    },
    /// The call was refused and not executed: a 4xx.
    #[error("{method} {path} was refused: {status}{}", shown(code.as_deref(), message.as_deref(), request_id.as_deref()))]
    Refused {
        /// Method.
        method: &'static str,
        /// Path without query.
        path: String,
        /// HTTP status.
        status: u16,
        /// Code of the error reply.
        code: Option<String>,
        /// Message of the error reply.
        message: Option<String>,
        /// Request id.
        request_id: Option<String>,
    },
    /// A call that may be repeated was repeated as often as the settings allow.
    #[error("{method} {path} failed {attempts} times, last with {reason}")]
    Exhausted {
        /// Method.
        method: &'static str,
        /// Path without query.
        path: String,
        /// Tries.
        attempts: u32,
        /// What the last try ended with.
        reason: String,
    },
    /// A write went out and it is not known whether it was executed: read back before sending it again.
    #[error("the outcome of {method} {path} is unknown: {reason}")]
    Unknown {
        /// Method.
        method: &'static str,
        /// Path without query.
        path: String,
        /// Status, where there was a reply.
        status: Option<u16>,
        /// Why it is not known.
        reason: String,
        /// Request id, where there was a reply.
        request_id: Option<String>,
    },
}

impl Error {
    /// What to do about it.
    pub fn kind(&self) -> Kind {
        match self {
            Self::Settings { .. } | Self::Unauthorized { .. } | Self::Login { .. } | Self::Save { .. } => Kind::Invalid,
            Self::Refused { .. } | Self::TooLong { .. } => Kind::Data,
            Self::Unreachable { .. } | Self::Exhausted { .. } | Self::Unknown { .. } => Kind::Unavailable,
        }
    }

    /// What the user can do, where there is more to say than the error says.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Unauthorized { token_from, .. } => {
                Some(format!("check {token_from}: it must hold a key or token of this account that is still valid"))
            }
            Self::Unreachable { host, .. } => Some(format!("check the url in deskferry.toml and that {host} answers")),
            Self::Refused { status: 403, .. } => {
                Some("the token lacks a permission, or the plan of the workspace does not include this".to_owned())
            }
            Self::Exhausted { .. } | Self::Unknown { .. } => Some("run the same command again".to_owned()),
            Self::Login { hint, .. } => Some(hint.clone()),
            Self::Save { .. } => Some("make room on the disk for temporary files".to_owned()),
            Self::Settings { .. } | Self::Refused { .. } | Self::TooLong { .. } => None,
        }
    }

    /// Path of the call, without its query.
    pub fn path(&self) -> Option<&str> {
        match self {
            Self::Refused { path, .. }
            | Self::Exhausted { path, .. }
            | Self::Unknown { path, .. }
            | Self::TooLong { path, .. }
            | Self::Save { path, .. } => Some(path),
            Self::Settings { .. } | Self::Unreachable { .. } | Self::Unauthorized { .. } | Self::Login { .. } => None,
        }
    }

    /// Status, code, message and request id of a reply, as far as there were any.
    pub fn reply(&self) -> (Option<u16>, Option<&str>, Option<String>, Option<&str>) {
        match self {
            Self::Refused { status, code, message, request_id, .. } => {
                (Some(*status), code.as_deref(), message.clone(), request_id.as_deref())
            }
            Self::Unauthorized { status, code, message, request_id, .. } => {
                (Some(*status), code.as_deref(), message.clone(), request_id.as_deref())
            }
            Self::Unknown { status, reason, request_id, .. } => {
                (*status, None, Some(reason.clone()), request_id.as_deref())
            }
            other => (None, None, Some(other.to_string()), None),
        }
    }
}

fn shown(code: Option<&str>, message: Option<&str>, request_id: Option<&str>) -> String {
    let mut text = String::new();
    for part in [code, message].into_iter().flatten() {
        text.push(' ');
        text.push_str(part);
    }
    if let Some(id) = request_id {
        text.push_str(", request ");
        text.push_str(id);
    }
    text
}

/// Result of a call.
pub type Result<T, E = Error> = std::result::Result<T, E>;
