//! Distill: what is known about a customer, worded by any server that speaks OpenAI's `POST /chat/completions`.
//!
//! ```text
//!  database.base_distilled ──▶ mask ──▶ ask ──▶ look at the answer ──▶ distilled.texts ──▶ the next transform: knowledge
//!   (hash, input, people)                 │        refused: with the reason      ▲
//!                                         └─ every answer is in the stage before the next is paid for
//! ```
//!
//! [`distill`] asks about every text of the newest transform whose hash has no answer yet, newest customers first, and publishes the
//! answers as one run of the schema `distilled`. Without a server `knowledge` is put together from the messages themselves.
//!
//! Invariants:
//! 1. what has been answered is not asked again: an answer that came is found by its hash, also after the process was killed;
//! 2. a call goes out only where the most it can cost fits below the bound, together with all that is on its way ([`budget`]);
//! 3. a transcript is data: it goes out between marks that it cannot hold, and an answer is only ever stored as text;
//! 4. an answer that holds markup, addresses, links or long numbers that the transcript does not hold, is of another language, too long or
//!    empty, is refused and counted ([`answer`]);
//! 5. what a setting masks leaves the machine in no request ([`mask`]).

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod answer;
mod budget;
mod chat;
mod customers;
mod error;
mod language;
mod mask;
mod numbers;
mod run;
mod settings;
mod texts;

pub use deskferry_http::{Secret, Token};
pub use error::{Error, Result};
pub use language::Language;
pub use mask::Personal;
pub use run::{Stop, Summary, distill};
pub use settings::Settings;

/// Schema of the run that [`distill`] publishes.
pub const SCHEMA: &str = "distilled";
/// Its table.
pub const TABLE: &str = "texts";
/// The model of a transform that is asked about.
pub const MODEL: &str = "base_distilled";
/// What the server is told to do, unless the user says it otherwise.
pub const PROMPT: &str = include_str!("../prompt.txt");
