//! Kills a loader with SIGKILL over and over, lets it go on each time, and compares the workspace with one that was loaded
//! without any trouble. `make crash` does so 200 times on 2,000 conversations; `cargo test`, which builds without optimization and
//! would take ten minutes for that, 40 times on 400.
//!
//! ```text
//!  crash (this program) ── in it: the sandbox, faults on ◀── HTTP ──┐
//!    │  starts itself with `loader FOLDER URL 1`, kills it          │
//!    └──────────────────────────────▶ crash loader (a process of its own) ──▶ FOLDER: stage and ledger
//! ```

#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr
)]
#![allow(clippy::disallowed_methods, reason = "test code reads the clock")]

mod kills;
mod ledger;
mod loader;
mod two;

use std::process::ExitCode;

/// What is run, from `--seed N --kills N --conversations N`.
#[derive(Debug, Clone, Copy)]
struct Plan {
    seed: u64,
    kills: usize,
    conversations: u64,
}

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    if let [first, folder, url, patience] = &args[..]
        && first == "loader"
    {
        return loader::run(folder, url, patience.parse().unwrap());
    }
    let number = |name: &str, usual: u64| {
        let value = args.iter().position(|a| a == name).and_then(|at| args.get(at + 1));
        value.map_or(usual, |v| v.parse().unwrap_or_else(|_| panic!("{name} takes a number, not {v}")))
    };
    let plan = Plan {
        seed: number("--seed", 1),
        kills: number("--kills", 40) as usize,
        conversations: number("--conversations", 400),
    };
    // `cargo test NAME` asks every test program for tests of that name, and `--list` for all names: there is one, `crash`.
    let names = args.iter().enumerate().filter(|(at, a)| !a.starts_with('-') && !is_value(&args, *at));
    if args.iter().any(|a| a == "--list") || names.map(|(_, name)| name).any(|name| !"crash".contains(name.as_str())) {
        return ExitCode::SUCCESS;
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        two::late_loader_stops_before_it_sends().await;
        two::of_two_at_once_one_stops_before_it_sends().await;
        kills::run(plan).await
    })
}

fn is_value(args: &[String], at: usize) -> bool {
    at.checked_sub(1).and_then(|before| args.get(before)).is_some_and(|before| before.starts_with("--"))
}
