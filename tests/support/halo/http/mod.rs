//! The server: logging in, refusing, listing, and which endpoint tells what.

mod actions;
mod call;
mod files;
mod gate;
mod knowledge;
mod lists;
mod login;
mod rate;
pub(crate) mod reply;
mod routes;
mod server;
mod tickets;

pub(crate) use server::{Server, router};
