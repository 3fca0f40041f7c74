//! The load against the sandbox.

mod crash;
mod phases;
mod plan;
mod settle;
mod resolve;
mod small;
mod support;
mod ticket_requests;
mod tickets;
