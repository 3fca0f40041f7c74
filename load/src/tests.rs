//! The load against the sandbox.

mod crash;
mod plan;
mod small;
mod support;
