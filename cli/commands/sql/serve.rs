//! `sql --serve`: the stage for clients of PostgreSQL.

use std::net::SocketAddr;
use std::process::ExitCode;

use anyhow::Result;
use deskferry_transform::Session;

use crate::commands::{Migration, transform};
use crate::error::refused;
use crate::report::say;
use crate::surroundings;

/// Serves until Ctrl-C or SIGTERM.
pub(crate) async fn run(
    migration: &Migration,
    session: &Session,
    address: SocketAddr,
    remote: bool,
    is_of_now: bool,
) -> Result<ExitCode> {
    if !address.ip().is_loopback() && !remote {
        return Err(refused(
            format!("other machines can reach {address}, and the connection is not encrypted"),
            "serve on 127.0.0.1 and reach it through an SSH tunnel, or say --remote",
        ));
    }
    let mut open_at = None;
    let server = session.bind(address, &migration.sql_password()?).await?;
    let address = server.address();
    say(format!("listening on {address} until Ctrl-C; connections see what was published when they began"));
    say(format!("for example: psql \"host={} port={} user=reader dbname=deskferry\"", address.ip(), address.port()));
    let context = migration.context.clone();
    surroundings::stop_on_signal(&context);
    // What was asked for as of a run stays as it was then.
    let renew = async || {
        let now = migration.context.staging.newest().await.ok().filter(|now| is_of_now && *now != open_at)?;
        match transform::session(migration).await {
            Ok(session) => {
                open_at = now;
                Some(session)
            }
            Err(error) => {
                say(format!("what was published since cannot be opened: {error:#}"));
                None
            }
        }
    };
    server.run(renew, async move { context.cancel.cancelled().await }).await;
    say("stopped");
    Ok(ExitCode::SUCCESS)
}
