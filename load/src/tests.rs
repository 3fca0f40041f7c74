//! The load against the sandbox.

mod bulk;
mod crash;
mod phases;
mod plan;
mod resolve;
mod rollback;
mod settle;
mod small;
mod states;
mod support;
mod ticket_requests;
mod tickets;
mod tokens;
mod unwanted;
