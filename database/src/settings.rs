//! What a load is told.

use crate::Target;

/// Share of refused rows of a table above which a load stops, where nothing is set.
const REJECT_RATE_MAX: f64 = 0.01;

/// Where to, and how.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The database.
    pub target: Target,
    /// The schema in it; `None` takes the one that the connection begins in.
    pub schema: Option<String>,
    /// The contract's tables in the order in which they are written. Tables of a run that are not among them come last.
    pub described: Vec<Described>,
    /// Compares every table, also those that are as the last load has left them.
    pub verify: bool,
    /// Share of refused rows of a table, from 0 to 1, above which a load stops.
    pub reject_rate_max: f64,
}

impl Settings {
    /// Into the schema that the connection begins in, in alphabetical order, without comments.
    pub fn new(target: Target) -> Self {
        Self { target, schema: None, described: Vec::new(), verify: false, reject_rate_max: REJECT_RATE_MAX }
    }
}

/// What is known of a table besides its rows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Described {
    /// Name of the table.
    pub table: String,
    /// Columns, each with what it means.
    pub columns: Vec<(String, String)>,
}
