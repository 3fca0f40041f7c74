//! The key, and tokens for an e-mail and a password.

use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::NaiveDateTime;
use serde_json::{Value, json};

use super::super::desk::staff::ADMIN;
use super::super::switches::{Switches, TokenReply};
use super::call::Call;
use super::refusals::{invalid, refusal};
use super::reply::Reply;

/// Tokens that were issued, and when each ends.
#[derive(Debug, Default)]
pub(crate) struct Tokens(Vec<(String, Instant)>);

impl Tokens {
    /// Whether a call may be answered: with the key, or with a token that has not ended.
    pub(crate) fn admit(&self, switches: &Switches, call: &Call, now: Instant) -> bool {
        let header = |name: &str| call.headers.get(name).and_then(|value| value.to_str().ok());
        if header("x-api-key").is_some_and(|key| key == switches.api_key) {
            return true;
        }
        call.token().is_some_and(|token| self.0.iter().any(|(known, ends)| known == token && *ends > now))
    }

    /// Answers `/v1/login/token`; `clock` is the time of day for `exp`.
    pub(crate) fn request(&mut self, switches: &Switches, call: &Call, now: Instant, clock: NaiveDateTime) -> Reply {
        let Ok(body) = serde_json::from_slice::<Value>(&call.body) else {
            return invalid(switches, "body", "The JSON value could not be converted.");
        };
        let text = |key: &str| body[key].as_str().unwrap_or_default();
        if (text("email"), text("password")) != (&switches.login.0, &switches.login.1) {
            return refusal(401, "E-posta veya şifre hatalı.");
        }
        let life = Duration::from_secs(switches.token_seconds);
        let mut claims = json!({switches.token_claim: ADMIN.to_string(), "jti": self.0.len()});
        if switches.token_tells_end {
            claims["exp"] = json!(clock.and_utc().timestamp() + switches.token_seconds.cast_signed());
        }
        let part = |json: &Value| URL_SAFE_NO_PAD.encode(json.to_string());
        let token = format!("{}.{}.c2ln", part(&json!({"alg": "HS256", "typ": "JWT"})), part(&claims));
        self.0.push((token.clone(), now + life));
        Reply::json(&match switches.token_reply {
            TokenReply::Bare => json!(token),
            TokenReply::Object => json!({"token": token}),
        })
    }
}
