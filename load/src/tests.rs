//! The load against the sandbox.

mod crash;
mod small;
mod support;
