//! The reader against made-up services.

mod basics;
mod support;
