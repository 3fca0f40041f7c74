//! What an error of any crate means for the user: its kind, its hint.

use deskferry_staging::Kind;

/// An error of the command line itself: the user must act.
#[derive(Debug, thiserror::Error)]
#[error("{what}")]
pub(crate) struct Refused {
    /// What is wrong and where.
    pub(crate) what: String,
    /// What to do about it.
    pub(crate) hint: String,
}

/// An error of the command line with a hint.
pub(crate) fn refused(what: impl Into<String>, hint: impl Into<String>) -> anyhow::Error {
    Refused { what: what.into(), hint: hint.into() }.into()
}

/// The kind of the first error in the chain that has one; `Internal` where none has.
pub(crate) fn kind(error: &anyhow::Error) -> Kind {
    error.chain().find_map(|cause| describe(cause).map(|(kind, _)| kind)).unwrap_or(Kind::Internal)
}

/// The first hint in the chain.
pub(crate) fn hint(error: &anyhow::Error) -> Option<String> {
    error.chain().find_map(|cause| describe(cause).and_then(|(_, hint)| hint))
}

fn describe(cause: &(dyn std::error::Error + 'static)) -> Option<(Kind, Option<String>)> {
    fn own(hint: Option<impl Into<String>>) -> Option<String> {
        hint.map(Into::into)
    }
    if let Some(e) = cause.downcast_ref::<Refused>() {
        return Some((Kind::Invalid, Some(e.hint.clone())));
    }
    if let Some(e) = cause.downcast_ref::<deskferry_staging::Error>() {
        return Some((e.kind(), own(e.hint())));
    }
    if let Some(e) = cause.downcast_ref::<deskferry_extract::Error>() {
        return Some((e.kind(), own(e.hint())));
    }
    if let Some(e) = cause.downcast_ref::<deskferry_transform::Error>() {
        return Some((e.kind(), own(e.hint())));
    }
    if let Some(e) = cause.downcast_ref::<deskferry_load::Error>() {
        return Some((e.kind(), own(e.hint())));
    }
    if let Some(e) = cause.downcast_ref::<deskferry_distill::Error>() {
        return Some((e.kind(), e.hint()));
    }
    if let Some(e) = cause.downcast_ref::<deskferry_serve::Error>() {
        return Some((e.kind(), own(e.hint())));
    }
    if let Some(e) = cause.downcast_ref::<deskferry_database::Error>() {
        return Some((e.kind(), own(e.hint())));
    }
    cause.downcast_ref::<std::io::Error>().map(|_| (Kind::Invalid, None))
}
