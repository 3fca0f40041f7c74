//! The desk's facts in the dialect of the API: which members a row has and how values are written.

pub(crate) mod actions;
pub(crate) mod attachments;
pub(crate) mod fields;
pub(crate) mod holdings;
pub(crate) mod knowledge;
pub(crate) mod lookups;
pub(crate) mod people;
mod row;
pub(crate) mod staff;
pub(crate) mod tickets;

pub(crate) use row::{Dialect, Row};
