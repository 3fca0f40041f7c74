//! `sql --serve`: the stage for clients of PostgreSQL.

use std::net::SocketAddr;
use std::process::ExitCode;

use anyhow::Result;
use deskferry_transform::Session;

use crate::commands::Migration;
use crate::error::refused;
use crate::report::say;
use crate::surroundings;

/// Serves until Ctrl-C or SIGTERM.
pub(crate) async fn run(
    migration: &Migration,
    session: &Session,
    address: SocketAddr,
    remote: bool,
) -> Result<ExitCode> {
    if !address.ip().is_loopback() && !remote {
        return Err(refused(
            format!("other machines can reach {address}, and the connection is not encrypted"),
            "serve on 127.0.0.1 and reach it through an SSH tunnel, or say --remote",
        ));
    }
    let server = session.bind(address, &migration.sql_password()?).await?;
    let address = server.address();
    say(format!("listening on {address} until Ctrl-C; what is published meanwhile is seen after a restart"));
    say(format!("for example: psql \"host={} port={} user=reader dbname=deskferry\"", address.ip(), address.port()));
    let context = migration.context.clone();
    surroundings::stop_on_signal(&context);
    server.run(async move { context.cancel.cancelled().await }).await;
    say("stopped");
    Ok(ExitCode::SUCCESS)
}
