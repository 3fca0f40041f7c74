//! A stand-in Infoset account for hand use: `cargo run --example infoset_standin -- --listen 127.0.0.1:8091 --rate 100`.
//!
//! Prints what belongs into `[source]` of `deskferry.toml` and serves until it is ended; `/_standin/stats` tells what was asked.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../tests/support/infoset/mod.rs"]
mod infoset;
#[path = "../tests/support/standin/mod.rs"]
mod standin;

use std::io::Write;
use std::net::SocketAddr;
use std::time::Duration;

use clap::Parser;

use infoset::{Infoset, Rate, Switches};

#[derive(Debug, Parser)]
struct Arguments {
    /// Where to listen; port 0 takes a free one
    #[arg(long, default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    /// Everything in the desk, and every fault, follows from it
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Tickets without a story; the rest of the desk grows with them
    #[arg(long, default_value_t = 200)]
    tickets: i64,
    /// The other edition: other routes, parameters and members
    #[arg(long)]
    variant: bool,
    /// Calls in a minute, if limited
    #[arg(long)]
    rate: Option<usize>,
    /// How much faster time passes for the rate limit
    #[arg(long, default_value_t = 1)]
    faster: u32,
    /// How long a token lasts, in seconds
    #[arg(long, default_value_t = 3600)]
    token_seconds: u64,
    /// After so many days rooms are gone
    #[arg(long)]
    retention_days: Option<i64>,
    /// The desk ends now; otherwise on a fixed day
    #[arg(long)]
    up_to_now: bool,
    /// Calls in a thousand that end in 500
    #[arg(long, default_value_t = 0)]
    unavailable: i64,
    /// Calls in a thousand whose reply breaks off
    #[arg(long, default_value_t = 0)]
    cut: i64,
    /// How long every call takes at least, in milliseconds
    #[arg(long, default_value_t = 0)]
    delay_ms: u64,
}

fn main() -> std::io::Result<()> {
    let arguments = Arguments::parse();
    let edition = if arguments.variant { Switches::variant() } else { Switches::default() };
    let switches = Switches {
        seed: arguments.seed,
        tickets: arguments.tickets,
        now: if arguments.up_to_now { infoset::changes::now() } else { edition.now },
        rate: arguments.rate.map(|calls| Rate::a_minute(calls, arguments.faster)),
        token_seconds: arguments.token_seconds,
        retention_days: arguments.retention_days,
        unavailable: arguments.unavailable,
        cut: arguments.cut,
        delay: Duration::from_millis(arguments.delay_ms),
        ..edition
    };
    let (key, login) = (switches.api_key.clone(), switches.login.clone());
    let infoset = Infoset::listen(arguments.listen, switches)?;
    let mut out = std::io::stdout();
    writeln!(out, "url = \"{}\"\napi_key = \"{key}\"", infoset.url)?;
    writeln!(out, "# or: email = \"{}\", password = \"{}\"", login.0, login.1)?;
    out.flush()?;
    loop {
        std::thread::park();
    }
}
