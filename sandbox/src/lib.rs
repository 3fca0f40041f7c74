//! A stand-in Intercom workspace over HTTP.
//!
//! It keeps what is sent to it, refuses what Intercom refuses, counts calls against a rate limit, and goes wrong on
//! purpose if told to. Rehearsals, the demo and the tests load into it instead of the real thing; a person can look at
//! the outcome on the pages at `/`.
//!
//! ```text
//!  connection ─▶ server ─▶ login ─▶ rate limit ─▶ faults ─▶ route ─▶ handler ─▶ workspace (one lock, in memory)
//!                  │                                                               ▲
//!                  └──────── /  /_files/{id}  /_sandbox/stats ─────────────────────┘   no login, no rate limit
//! ```
//!
//! Version 2.16 of the API is played. Where the vendor's description leaves something open, the stricter reading is
//! taken, so that what loads here loads there:
//!
//! * attributes of contacts and companies that are not declared are refused, as are options that are not declared;
//! * contacts are searched by calendar day (UTC); contacts and conversations only `search_delay` after they were made;
//! * `snoozed_until` must be in the future;
//! * a contact who writes into a conversation takes part in it from then on, and opens it again;
//! * attachments given as URLs are recorded and never fetched.
//!
//! Invariants: a refused call changes nothing; ids follow from the seed and the order of calls; parts stay in order of
//! arrival; the sandbox never opens a connection of its own.
//!
//! ```no_run
//! # async fn run() -> Result<(), deskferry_sandbox::Error> {
//! let running = deskferry_sandbox::serve(deskferry_sandbox::Settings::default()).await?;
//! let me = format!("http://{}/me", running.addr());
//! running.stop();
//! running.stopped().await;
//! # Ok(())
//! # }
//! ```

mod admins;
mod articles;
mod attachments;
mod attributes;
mod call;
mod companies;
mod company_lists;
mod contact_links;
mod contact_merge;
mod contact_search;
mod contacts;
mod conversation_actions;
mod conversation_attributes;
mod conversation_links;
mod conversation_lists;
mod conversation_view;
mod conversations;
mod custom_objects;
mod error;
mod faults;
#[cfg(test)]
mod harness;
mod help_center;
mod html;
#[cfg(test)]
mod http_tests;
mod ids;
mod inbox;
mod internal_articles;
mod notes;
mod paging;
mod rate_limit;
mod refusal;
mod reply;
mod routes;
mod running;
mod search;
mod server;
mod settings;
mod snippets;
mod stats;
mod tags;
mod thread;
mod ticket_replies;
mod ticket_types;
mod tickets;
mod workspace;
mod workspace_file;

pub use error::{Error, Kind};
pub use faults::{Faults, FaultsError};
pub use running::Running;
pub use settings::{RATE_DEFAULT, RateSettings, Settings};
pub use workspace_file::{
    AdminEntry, ObjectTypeEntry, TeamEntry, TicketAttributeEntry, TicketTypeEntry, WorkspaceFile,
};

/// Starts a sandbox; it serves until it is told to stop or its [`Running`] is dropped.
pub async fn serve(settings: Settings) -> Result<Running, Error> {
    settings.workspace.check()?;
    let listen = settings.listen;
    let refused = |source| Error::Listen { listen, source };
    let listener = tokio::net::TcpListener::bind(listen).await.map_err(refused)?;
    let addr = listener.local_addr().map_err(refused)?;
    let server = server::Server::new(settings, format!("http://{addr}"));
    Ok(Running::start(server, listener, addr))
}
