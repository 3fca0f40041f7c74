//! A stand-in ITSM 365 tenant for hand use: `cargo run --example itsm365_standin -- --listen 127.0.0.1:8091`.
//!
//! Prints what belongs into `[source]` of `deskferry.toml` and serves until it is ended; `/_standin/stats` tells what was asked.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../tests/support/itsm365/mod.rs"]
mod itsm365;
#[path = "../tests/support/standin/mod.rs"]
mod standin;

use std::io::Write;
use std::net::SocketAddr;
use std::time::Duration;

use clap::Parser;

use itsm365::{Itsm365, KEY, Switches};

#[derive(Debug, Parser)]
struct Arguments {
    /// Where to listen; port 0 takes a free one
    #[arg(long, default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    /// Everything in the desk, and every fault, follows from it
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Tickets beside those with a story
    #[arg(long, default_value_t = 240)]
    tickets: i64,
    /// Companies beside those with a story, of six people each
    #[arg(long, default_value_t = 20)]
    companies: i64,
    /// Another tenant, with codes of its own
    #[arg(long)]
    variant: bool,
    /// The tier without rules, processes, approvals, problems, changes, CIs
    #[arg(long)]
    lite: bool,
    /// Most rows of a reply, whatever is asked for
    #[arg(long)]
    limit_max: Option<usize>,
    /// Rows in a thousand that change places from call to call
    #[arg(long, default_value_t = 0)]
    unstable: i64,
    /// Calls in a thousand that end in the page of a proxy
    #[arg(long, default_value_t = 0)]
    unavailable: i64,
    /// Calls in a thousand whose reply breaks off
    #[arg(long, default_value_t = 0)]
    cut: i64,
    /// How long every call takes at least, in milliseconds
    #[arg(long, default_value_t = 0)]
    delay_ms: u64,
    /// Installs the module jsonRpc
    #[arg(long)]
    json_rpc: bool,
    /// Adds a ticket of 600 comments
    #[arg(long)]
    long_thread: bool,
    /// Adds a file of 50 MB
    #[arg(long)]
    huge_file: bool,
}

fn main() -> std::io::Result<()> {
    let arguments = Arguments::parse();
    let usual = if arguments.variant { Switches::variant() } else { Switches::default() };
    let switches = Switches {
        seed: arguments.seed,
        tickets: arguments.tickets,
        companies: arguments.companies,
        lite: arguments.lite,
        limit_max: arguments.limit_max,
        unstable: arguments.unstable,
        unavailable: arguments.unavailable,
        cut: arguments.cut,
        delay: Duration::from_millis(arguments.delay_ms),
        json_rpc: arguments.json_rpc,
        long_thread: arguments.long_thread,
        huge_file: arguments.huge_file,
        ..usual
    };
    let itsm365 = Itsm365::listen(arguments.listen, switches)?;
    let mut out = std::io::stdout();
    writeln!(out, "url = \"{}\"\naccess_key = \"{KEY}\"", itsm365.url)?;
    out.flush()?;
    loop {
        std::thread::park();
    }
}
