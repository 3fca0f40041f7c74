//! Transform: raw tables to Intercom's, in SQL.
//!
//! ```text
//!  <source>.*  mapping.*  settings          sql/contract/intercom.sql
//!        │                                            │
//!        ▼        sql/<source>/<table>.sql            ▼
//!     Session ──▶ models, each after what it reads ──▶ columns, types, NOT NULL, keys ──▶ candidates (local disk)
//!                                                                                             │  sql/checks/*.sql
//!                 intercom.<table>   intercom.rejects   intercom.warnings   ◀─────────────────┘
//! ```
//!
//! [`transform`] writes one run of the schema `intercom`: the contract's tables, every intermediate model under its own name,
//! the rows that were refused with the reason, and the rows that checks warn of. A bad row never stops a run; SQL that does not
//! work, or a model whose columns are not the contract's, does. [`Session`] answers questions over all staged tables.
//!
//! Invariants:
//! 1. a row of a contract model is in its table or in `rejects`, once;
//! 2. the rows of a table are in the order of [`written order`](crate#order), in one sequence of parts;
//! 3. memory is bounded by [`Inputs::memory_bytes`], whatever the number of rows; only keys of rejected rows are held beside it.
//!
//! # Order
//! `conversation_parts` by conversation and position, `attachments` by part and position, `collections` by position (parents
//! first), all else by `source_key`, bytewise.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod catalog;
mod checks;
mod comments;
mod compare;
mod contract;
mod current;
mod damage;
mod described;
mod diff;
mod duckdb;
mod engine;
mod error;
mod fingerprint;
pub mod functions;
mod information;
mod inputs;
mod models;
mod nearest;
mod nulls;
mod question;
mod quote;
mod rejects;
mod reuse;
mod rounds;
mod run;
mod scratch;
mod serve;
mod session;
mod table;
mod views;
mod write;

pub use described::{Described, described};
pub use diff::{Comparison, Diff, Side};
pub use error::{Error, Result};
pub use inputs::{Inputs, MEMORY_BYTES};
pub use quote::{identifier, literal};
pub use reuse::Rebuild;
pub use run::{Summary, transform};
pub use serve::Server;
pub use session::{Column, Session, TableName};
