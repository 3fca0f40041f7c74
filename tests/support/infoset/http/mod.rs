//! The server: logging in, refusing, listing, and which route tells what.

mod files;
mod lists;
mod login;
mod records;
mod refusals;
mod routes;
mod server;
mod tickets;
mod variant;

use super::super::standin::{call, rate, reply};

pub(crate) use server::Server;
