//! Numbers of the tickets with a story.

/// Every attribute is filled.
pub(crate) const EVERY_FIELD: i64 = 59_000_001;
/// The ticket of a mass problem that others hang on, with a task.
pub(crate) const MASS_MASTER: i64 = 59_000_002;
