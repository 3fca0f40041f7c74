//! The authorisation server: two grants, form fields only, and refusals as tenants were seen to give them.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use serde_json::json;

use super::super::dice::Dice;
use super::super::switches::Switches;
use super::call::Call;
use super::reply::Reply;

/// A token that was issued.
#[derive(Debug, Clone)]
pub(crate) struct Token {
    text: String,
    ends: Instant,
    /// What it may be used for.
    pub(crate) scopes: Vec<String>,
}

/// The tokens that are valid.
#[derive(Debug, Default)]
pub(crate) struct Tokens(Vec<Token>);

impl Tokens {
    /// The token of this text, if it still is one.
    pub(crate) fn valid(&self, text: &str, now: Instant) -> Option<&Token> {
        self.0.iter().find(|token| token.text == text && token.ends > now)
    }

    /// Revokes all of them.
    pub(crate) fn revoke(&mut self) {
        self.0.clear();
    }

    /// Answers a request for a token; `number` is how many were issued before.
    pub(crate) fn request(&mut self, switches: &Switches, call: &Call, number: u64, now: Instant) -> Reply {
        let form = call.headers.get("content-type").and_then(|value| value.to_str().ok()).unwrap_or_default();
        if !form.starts_with("application/x-www-form-urlencoded") {
            return refusal(400, "invalid_request", "The mandatory 'Content-Type' header must be a form.");
        }
        let fields: BTreeMap<String, String> = url::form_urlencoded::parse(&call.body).into_owned().collect();
        let field = |name: &str| fields.get(name).map(String::as_str).unwrap_or_default();
        if call.text("tenant").unwrap_or(field("tenant")) != switches.tenant {
            return Reply::page(500, "Halo - Error");
        }
        if field("client_id") != switches.client.0 {
            return refusal(401, "invalid_client", "The specified 'client_id' is invalid.");
        }
        match field("grant_type") {
            "client_credentials" if field("client_secret") != switches.client.1 => {
                return refusal(401, "invalid_client", "The specified client credentials are invalid.");
            }
            "password" if (field("username"), field("password")) != (&switches.login.0, &switches.login.1) => {
                return refusal(400, "invalid_grant", "The username/password couple is invalid.");
            }
            "client_credentials" | "password" => {}
            _ => return refusal(400, "unsupported_grant_type", "The specified 'grant_type' is not supported."),
        }
        let scopes: Vec<String> = field("scope").split_whitespace().map(String::from).collect();
        if scopes.is_empty() || scopes.iter().any(|scope| !switches.scopes.contains(scope)) {
            return refusal(400, "invalid_scope", "The specified 'scope' is invalid.");
        }
        let mut dice = Dice::new(switches.seed, "token", number.cast_signed());
        let text = format!("eyJhbGciOiJSUzI1NiJ9.{:016x}{:016x}.{:016x}", dice.throw(), dice.throw(), dice.throw());
        let body = json!({"scope": field("scope"), "token_type": "Bearer", "access_token": text,
                          "expires_in": switches.token_seconds, "id_token": ""});
        self.0.push(Token { text, ends: now + Duration::from_secs(switches.token_seconds), scopes });
        Reply::json(&body)
    }
}

fn refusal(status: u16, error: &str, description: &str) -> Reply {
    Reply::refusal(status, &json!({"error": error, "error_description": description}))
}
