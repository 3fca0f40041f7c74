//! The load against the sandbox.

mod crash;
mod phases;
mod plan;
mod rollback;
mod settle;
mod small;
mod support;
mod ticket_requests;
mod tickets;
