//! One polite HTTP client for extract and load.
//!
//! ```text
//!  Request ──▶ Apps: wait for room in the window ────▶ send ──▶ sort the outcome ──▶ Reply
//!                 ▲ limit, remaining, reset of every reply         │ 429: wait, again     (not executed)
//!                 └────────────────────────────────────────────────┤ GET 5xx, lost: again  (harmless)
//!                                                                  └ write 5xx, lost: Error::Unknown
//! ```
//!
//! Invariants:
//! 1. a write whose outcome is not known is never sent again by this crate: the caller gets [`Error::Unknown`];
//! 2. the token is in no error, no log and no `Debug` output;
//! 3. no call goes out while the budget that the server has granted is known to be used up;
//! 4. a token goes to the base URL's own scheme, host and port, and nowhere else.
//!
//! Time and chance are passed in; waiting is `tokio::time::sleep`.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod apps;
mod body;
mod client;
mod error;
mod login;
mod own_window;
mod public;
mod rate_limit;
mod reply;
mod request;
mod retry;
mod server_clock;
mod settings;
mod workspace_limit;

pub use client::{Client, Stats};
pub use error::{Error, Kind, Result};
pub use login::{Credentials, Later, Login};
pub use reply::Reply;
pub use request::{Method, Request, path_piece};
pub use reqwest::header::HeaderMap as Headers;
pub use settings::{Chance, Clock, Grant, Notice, Secret, Settings, Token};
