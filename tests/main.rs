//! The end-to-end tests, in one binary: real desks through the real command, real servers started by the test run itself.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod cli;
mod database;
mod delta;
mod demo;
mod desk;
mod diff;
mod distill;
mod examples;
mod explain;
mod halo;
mod infoset;
mod intercom;
mod intercom_again;
mod intercom_check;
mod intercom_copy;
mod itsm365;
mod leaving;
mod page;
mod pipeline;
mod probe;
mod rebuild;
mod report;
mod rerun;
mod rest;
mod runs;
mod serve;
mod sql;
mod stores;
mod support;
mod sync;
mod tidy;
