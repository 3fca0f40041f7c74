//! Staged tables into PostgreSQL.
//!
//! ```text
//!  database.end_users (Parquet, by key) ──┐ merged as streams   ┌─▶ COPY, INSERT … ON CONFLICT, DELETE: a transaction a batch
//!  end_users in PostgreSQL, by key ───────┴─▶ what differs ─────┤
//!  (source_key, _digest)                                        └─▶ load.rejects, load.defects: rows to be looked at
//! ```
//!
//! [`load`] brings the tables of a [`Target`] to what one staged run says, and writes nothing else: each row in the database has a
//! `_digest` of what was written, so that both sides are read in the order of their keys and only rows that differ are sent. What a
//! killed load has written is therefore what the next one finds done. `deskferry_loads` beside the tables tells what was loaded when;
//! a table whose staged parts are those of its last whole load is left alone.
//!
//! Invariants:
//! 1. a batch is one transaction: rows, deletions, and the note that the table is not whole any more;
//! 2. a fingerprint is noted only after all rows of its parts are there, and gone before the first row of others comes;
//! 3. memory holds one batch of either side, whatever the tables hold;
//! 4. only rows with a `_digest`, only columns of the run and only tables of the run are touched;
//! 5. nothing is deleted on the word of an extract that is a sample or incomplete ([`keep`]);
//! 6. a row that the database refuses stops no other row.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod batch;
mod bookkeeping;
mod catalog;
mod encode;
mod error;
mod keep;
mod load;
mod merge;
mod report;
mod schema;
mod session;
mod settings;
mod status;
mod stored;
mod table;
mod target;
mod text;

pub use error::{Cause, Error, Result};
pub use load::{Counts, Summary, load};
pub use settings::{Described, Settings};
pub use status::{TableStatus, status};
pub use target::Target;
