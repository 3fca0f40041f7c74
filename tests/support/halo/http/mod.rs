//! The server: logging in, refusing, listing, and which endpoint tells what.

mod actions;
mod files;
mod gate;
mod knowledge;
mod lists;
mod login;
mod refusals;
mod routes;
mod server;
mod tickets;

use super::super::standin::{call, rate, reply};

pub(crate) use server::Server;
