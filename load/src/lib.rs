//! Contract tables to the Intercom API, through a ledger.
//!
//! ```text
//!  intercom.contacts ─┐ tables/*.rs      todo.rs           send.rs            chain.rs, load.rs
//!  intercom.tags     ─┼▶ row → chain ──▶ less the ledger ──▶ intents stored ──▶ one step after another ──▶ Intercom
//!  …                 ─┘  of steps                            in a segment         │ outcome     ▲ unknown: resolve.rs
//!                                                                                 ▼             │ reads back
//!                                                                              ledger.rs ───────┘
//! ```
//!
//! A row becomes a chain of steps (`step.rs`), which depends on the row alone. What of it the ledger does not have as done is sent: new
//! rows are created, changed ones updated, new messages appended, the rest is left alone; so a second load sends nothing, and a
//! load that was stopped or killed goes on where it ended.
//!
//! `rollback.rs` goes the ledger back from its newest entry to its oldest and takes back what it says is ours.
//!
//! Invariants:
//! 1. a step's intent is stored before its call goes out (`ledger.rs`);
//! 2. a call whose outcome is not known is not sent again before reading back has shown that it was not executed (`resolve.rs`);
//! 3. steps of one row, and of one thread, go out one after another;
//! 4. what a row that was there before us was like is stored before we change it (`before.rs`);
//! 5. a refused row never stops the load; a refused token, a lost host or another loader does.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod attachments;
mod before;
mod chain;
mod chains;
mod compose;
mod contact_conflict;
mod error;
mod intercom;
mod ledger;
mod links;
mod load;
mod outcome;
mod pace;
mod people;
mod perform;
mod phases;
mod plan;
mod readiness;
mod rehearsal;
mod removals;
mod resolve;
mod results;
mod rollback;
mod rows;
mod run;
mod selection;
mod send;
mod sent;
mod sent_part;
mod settings;
mod settle;
mod show;
mod step;
mod tables;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
mod text;
mod todo;

pub use deskferry_http::{Secret, Token};
pub use error::{Error, Result};
pub use people::{MissingAdmin, MissingTeam};
pub use plan::{Plan, Planned, plan};
pub use readiness::{AttributeConflict, Readiness, Warning, readiness};
pub use results::Counts;
pub use rollback::{Difference, RollbackFilter, RollbackPlan, RollbackSummary, Stays, Undone, rollback, rollback_plan};
pub use run::{Summary, load};
pub use sent::{Sent, sent};
pub use settings::{Filter, MissingPeople, SavedReplies, Settings, TicketsAs};
pub use settle::{StepName, Verdict, settle};
pub use show::{Shown, is_loaded, show};
pub use tables::saved_replies::write_saved_replies;

#[cfg(test)]
mod tests;
