//! The reader against made-up services.

mod basics;
mod completeness;
mod counted;
mod dropped;
mod failures;
mod files;
mod logins;
mod probe;
mod rate;
mod resume;
mod retention;
mod routes;
mod searches;
mod since;
mod support;
mod unlisted;
