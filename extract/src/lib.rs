//! Readers: a source help desk to raw tables in the stage.
//!
//! ```text
//!  spec (sources/hesk.toml) ─┐
//!  mysql       ──┐           ▼
//!  mysqldump   ──┼─ rows ─▶ table ─ batches ─▶ hesk.tickets, hesk.replies …      one published run
//!  export_zip  ──┤             └── misfits ──▶ hesk._defects
//!  rest        ──┘ (over what it has fetched so far, kept in the stage: `rest.rs`)
//!  attachments ───── bytes ─▶ files/<aa>/<sha256>, hesk.files
//! ```
//!
//! With [`Request::since_last`] only rows that differ from the last state are staged (`last_state.rs`).
//!
//! [`extract`] reads what a [`Spec`] declares, and nothing else: the spec is the allow-list that keeps password hashes, tokens and
//! drafts out of the stage. Values arrive as text, whatever the reader, and become typed in one place, so that a live database and
//! its dump give identical rows.
//!
//! Invariants:
//! 1. a column that the spec does not declare is never staged;
//! 2. every row of a wanted table is staged, whatever its values: what does not fit its type is NULL, kept in `_extra`, and one
//!    row of `_defects`;
//! 3. a run is published whole or not at all: a source that is cut off, damaged or not what the spec describes is an error.
//!
//! ```no_run
//! # use deskferry_extract::{Request, Settings, Spec, extract};
//! # async fn run(context: &deskferry_staging::Context) -> Result<(), Box<dyn std::error::Error>> {
//! let spec = Spec::parse("sources/hesk.toml", Spec::built_in("hesk").ok_or("no spec")?)?;
//! let settings = Settings {
//!     url: "hesk.sql.gz".into(),
//!     attachments: Some("attachments".into()),
//!     table_prefix: "hesk_".into(),
//!     timezone: Some("America/New_York".into()),
//!     ..Settings::default()
//! };
//! let manifest = extract(context, &spec, &settings, &Request::default()).await?;
//! assert!(manifest.rows("tickets") > 0);
//! # Ok(()) }
//! ```
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod attachments;
mod columns;
mod ddl;
mod defects;
mod error;
mod export_zip;
mod extract;
mod hash;
mod last_state;
mod lock;
mod mysql;
mod mysqldump;
mod quirks;
mod reader;
mod rest;
mod settings;
mod sink;
mod spec;
mod table;
#[cfg(test)]
mod testing;
mod values;

pub use ddl::create_tables;
pub use error::{Error, Result};
pub use extract::{Probe, extract, probe};
pub use rest::{Finding, Findings, Unlisted, find_out, unfinished};
pub use settings::{Request, Settings, Unfinished};
pub use spec::{
    Access, Body, Column, ColumnType, Detail, Download, Hidden, ImageLink, Key, Login, Naming, Paging, Params, Parent,
    Place, Rate, ReaderKind, Rest, Retention, SOURCE_KEYS, Setting, Since, Spec, Table, Template,
};
