//! The load against the sandbox.

mod crash;
mod phases;
mod plan;
mod small;
mod support;
