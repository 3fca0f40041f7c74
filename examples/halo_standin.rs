//! A stand-in HaloCRM tenant for hand use: `cargo run --example halo_standin -- --listen 127.0.0.1:8090 --rate 300/300`.
//!
//! Prints what belongs into `[source]` of `deskferry.toml` and serves until it is ended; `/_standin/stats` tells what was asked.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../tests/support/halo/mod.rs"]
mod halo;
#[path = "../tests/support/standin/mod.rs"]
mod standin;

use std::io::Write;
use std::net::SocketAddr;
use std::time::Duration;

use clap::Parser;

use halo::{Halo, Rate, Switches};

#[derive(Debug, Parser)]
struct Arguments {
    /// Where to listen; port 0 takes a free one
    #[arg(long, default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    /// Everything in the desk, and every fault, follows from it
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Tickets beside those with a story
    #[arg(long, default_value_t = 300)]
    tickets: i64,
    /// Rate limit, such as 300/300: calls in a rolling window of seconds
    #[arg(long, value_parser = rate)]
    rate: Option<(usize, u64)>,
    /// How much faster time passes for the rate limit
    #[arg(long, default_value_t = 1)]
    faster: u32,
    /// How long a token lasts, in seconds
    #[arg(long, default_value_t = 3600)]
    token_seconds: u64,
    /// Calls in a thousand that end in 502 or 503
    #[arg(long, default_value_t = 0)]
    unavailable: i64,
    /// Calls in a thousand whose reply breaks off
    #[arg(long, default_value_t = 0)]
    cut: i64,
    /// How long every call takes at least, in milliseconds
    #[arg(long, default_value_t = 0)]
    delay_ms: u64,
    /// Adds a ticket of 5,200 actions
    #[arg(long)]
    long_thread: bool,
    /// Answers downloads by bytes instead of links
    #[arg(long)]
    raw_downloads: bool,
    /// Answers /Agent by {"results": [...]}
    #[arg(long)]
    agents_in_results: bool,
    /// Writes every id as a double
    #[arg(long)]
    ids_as_doubles: bool,
}

fn rate(text: &str) -> Result<(usize, u64), String> {
    let (calls, seconds) = text.split_once('/').ok_or("calls/seconds, such as 300/300")?;
    Ok((calls.parse().map_err(|_| "calls")?, seconds.parse().map_err(|_| "seconds")?))
}

fn main() -> std::io::Result<()> {
    let arguments = Arguments::parse();
    let switches = Switches {
        seed: arguments.seed,
        tickets: arguments.tickets,
        rate: arguments.rate.map(|(calls, seconds)| Rate {
            calls,
            seconds,
            faster: arguments.faster,
            retry_after: false,
        }),
        token_seconds: arguments.token_seconds,
        unavailable: arguments.unavailable,
        cut: arguments.cut,
        delay: Duration::from_millis(arguments.delay_ms),
        long_thread: arguments.long_thread,
        raw_downloads: arguments.raw_downloads,
        agents_in_results: arguments.agents_in_results,
        ids_as_doubles: arguments.ids_as_doubles,
        ..Switches::default()
    };
    let (client, tenant) = (switches.client.clone(), switches.tenant.clone());
    let halo = Halo::listen(arguments.listen, switches)?;
    let mut out = std::io::stdout();
    writeln!(out, "url = \"{}\"\nauth_url = \"{}\"\ntenant = \"{tenant}\"", halo.url, halo.auth_url)?;
    writeln!(out, "client_id = \"{}\"\nclient_secret = \"{}\"\nscope = \"all\"", client.0, client.1)?;
    out.flush()?;
    loop {
        std::thread::park();
    }
}
