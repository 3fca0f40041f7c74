//! Loads into a real PostgreSQL, which the tests start.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod desk;
mod faults;
mod loads;
#[path = "../../../tests/support/postgres.rs"]
mod postgres;
mod tables;
mod tls;
mod values;
