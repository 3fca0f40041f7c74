//! Webhooks of Intercom: taken in, kept in the stage, applied by whoever runs the server.
//!
//! ```text
//!  Intercom ──POST──▶ bounds ─▶ signature ─▶ writer ──▶ events.received        (answered 200 only now)
//!                                              │             │ pending
//!                     page, health, metrics ◀──┴── counts    ▼
//!                                                        Host::apply ──▶ events.applied
//! ```
//!
//! * `events.received`: every event that was answered with 200, once, numbered; its payload as it came and the objects that it names.
//! * `events.applied`: up to which event the copy has been brought up to date, or why it could not be.
//! * `events.counts`: how many calls were refused, and why.
//!
//! Invariants:
//! 1. an event is answered with success only after it is stored; a process that is killed at any moment loses none of these;
//! 2. without the right signature nothing is read as an event, let alone stored; a blank secret is none;
//! 3. an event is never taken for the truth, only for the news that an object has to be looked at again: so neither order nor
//!    repetition matters;
//! 4. what a client can make the server hold is bounded: connections, their lives, heads, bodies, and all bodies together;
//! 5. several servers may share a stage: none overwrites what another has stored.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod answer;
mod applying;
mod counts;
mod error;
mod event;
mod host;
mod listener;
mod metrics;
mod pending;
mod received;
mod recent;
mod server;
mod settings;
mod shared;
mod signature;
mod status;
#[cfg(test)]
mod tests;
mod topics;
mod writer;

pub use error::{Error, Result};
pub use host::{Failure, Host};
pub use pending::{Applied, Position, Touched, applied, failed, newest, pending};
pub use server::Server;
pub use settings::Settings;
pub use signature::Secret;
pub use status::{Events, Status, Synced};
pub use topics::{Object, objects};
