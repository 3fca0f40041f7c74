//! The server: keys, filters, lists, files, the add-on module, and what must not be called.

mod filter;
mod find;
mod keys;
mod metainfo;
mod relaxed;
mod routes;
mod rpc;
mod server;

pub(crate) use server::{Server, router};
