//! The reader against made-up services.

mod basics;
mod completeness;
mod files;
mod logins;
mod rate;
mod resume;
mod since;
mod support;
