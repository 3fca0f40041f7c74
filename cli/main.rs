//! The `deskferry` command: parse, run, report, exit code.
//!
//! Data goes to stdout, everything else to stderr. Exit 0: done. Exit 1: the user must act (settings, mapping, mismatches,
//! rejects, an interrupted run). Exit 2: a bug.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod args;
mod commands;
mod document;
mod embedded;
mod error;
mod printer;
mod progress;
mod report;
mod settings;
mod surroundings;
mod todo;

use std::process::ExitCode;

use clap::Parser as _;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let args = match args::Args::try_parse() {
        Ok(args) => args,
        Err(error) => return usage(&error),
    };
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return report::failure(&anyhow::Error::new(error).context("cannot start the runtime")),
    };
    let outcome = runtime.block_on(commands::run(args));
    // A server or a connection that still waits must not hold the process.
    runtime.shutdown_timeout(std::time::Duration::from_millis(200));
    match outcome {
        Ok(code) => code,
        Err(error) => report::failure(&error),
    }
}

/// Prints help, the version, or what is wrong with the arguments: the user must act, so it is not clap's exit code 2.
fn usage(error: &clap::Error) -> ExitCode {
    // A closed pipe takes no help text; there is nobody to tell.
    let _ = error.print();
    if error.use_stderr() { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}
