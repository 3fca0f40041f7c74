//! What the wording is told by the user.

use std::num::NonZeroUsize;
use std::time::Duration;

use deskferry_http::Token;
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};

use crate::language::Language;
use crate::mask::Personal;
use crate::{Error, Result};

/// Tokens that an answer may have where `options` name no number.
const ANSWER_TOKENS: u64 = 1_024;

/// Whom to ask, what, and what it may cost.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Schema of the transform that is asked about: `database`.
    pub schema: String,
    /// Address before `/chat/completions`.
    pub endpoint: String,
    /// Model to ask.
    pub model: String,
    /// Key of the account; `None` where the server wants none.
    pub key: Option<Token>,
    /// What the model is told to do.
    pub prompt: String,
    /// Language that answers must have; `None`: one that the transcript has.
    pub language: Option<Language>,
    /// More members of every request; they go over ours.
    pub options: Map<String, Value>,
    /// Price of a million tokens of questions.
    pub price_in: f64,
    /// Price of a million tokens of answers.
    pub price_out: f64,
    /// Most that the answers of one calendar month (UTC) may cost.
    pub cost_max: Option<f64>,
    /// What is masked before anything is sent.
    pub mask: Vec<Personal>,
    /// Whether what was masked is put back into answers.
    pub restore: bool,
    /// Longest answer in characters; a longer one is refused.
    pub answer_chars_max: usize,
    /// Calls at a time.
    pub in_flight_max: NonZeroUsize,
    /// Longest time for one call.
    pub timeout: Duration,
}

impl Settings {
    /// Settings with the usual bounds, and everything masked that can be.
    pub fn new(schema: &str, endpoint: &str, model: &str) -> Self {
        Self {
            schema: schema.to_owned(),
            endpoint: endpoint.to_owned(),
            model: model.to_owned(),
            key: None,
            prompt: crate::PROMPT.to_owned(),
            language: None,
            options: Map::from_iter([
                ("temperature".to_owned(), 0.into()),
                ("max_tokens".to_owned(), ANSWER_TOKENS.into()),
            ]),
            price_in: 0.0,
            price_out: 0.0,
            cost_max: None,
            mask: Personal::ALL.to_vec(),
            restore: true,
            answer_chars_max: 6_000,
            in_flight_max: NonZeroUsize::MIN.saturating_add(3),
            timeout: Duration::from_secs(120),
        }
    }

    /// Stands for all that shapes an answer beside the transcript: a change of it asks about everything anew.
    pub fn fingerprint(&self) -> String {
        let mask: Vec<&str> = self.mask.iter().map(|personal| personal.name()).collect();
        let options = Value::Object(self.options.clone()).to_string();
        let language = self.language.as_ref().map_or("", Language::code);
        let parts = [
            self.model.as_str(),
            &self.prompt,
            language,
            &mask.join(","),
            if self.restore { "restore" } else { "" },
            &options,
        ];
        let mut hash = Sha256::new();
        for part in parts {
            hash.update(part.len().to_le_bytes());
            hash.update(part);
        }
        hex::encode(hash.finalize())
    }

    /// Most tokens that an answer has.
    pub(crate) fn answer_tokens(&self) -> u64 {
        let named = ["max_tokens", "max_completion_tokens"].iter().filter_map(|name| self.options.get(*name)?.as_u64());
        named.max().unwrap_or(ANSWER_TOKENS)
    }

    /// What so many tokens cost.
    pub(crate) fn cost(&self, tokens_in: u64, tokens_out: u64) -> f64 {
        (tokens_in as f64 * self.price_in + tokens_out as f64 * self.price_out) / 1e6
    }

    /// Whether they can be used together.
    pub(crate) fn check(&self) -> Result<()> {
        let wrong = |setting, reason: &str, hint| Err(Error::Setting { setting, reason: reason.to_owned(), hint });
        if self.model.trim().is_empty() {
            return wrong("model", "is empty", "name the model that the server is to use");
        }
        let amounts = [
            ("price_in", self.price_in),
            ("price_out", self.price_out),
            ("cost_max", self.cost_max.unwrap_or_default()),
        ];
        for (setting, amount) in amounts {
            if !amount.is_finite() || amount < 0.0 {
                return wrong(setting, "is no amount", "give it as a number such as 2.5");
            }
        }
        if self.cost_max.is_some() && self.price_in == 0.0 && self.price_out == 0.0 {
            return wrong(
                "cost_max",
                "bounds nothing without prices",
                "set price_in and price_out: what a million tokens cost",
            );
        }
        if self.cost_max.is_none() && (self.price_in > 0.0 || self.price_out > 0.0) {
            return wrong("price_in", "has no bound beside it", "set cost_max: the most that a month may cost");
        }
        let ours = ["messages", "model", "stream", "n"];
        if let Some(name) = ours.iter().find(|name| self.options.contains_key(**name)) {
            return wrong(
                "options",
                &format!("may not set `{name}`"),
                "leave it out: it is set by other keys, or not at all",
            );
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_shapes_an_answer_shapes_the_fingerprint_and_nothing_else_does() {
        let settings = || Settings::new("database", "http://x", "m");
        let own = settings().fingerprint();
        type Change = fn(&mut Settings);
        let shaping: [Change; 4] =
            [|s| s.model.push('2'), |s| s.prompt.push('.'), |s| s.mask.clear(), |s| s.restore = false];
        for change in shaping {
            let mut other = settings();
            change(&mut other);
            assert_ne!(other.fingerprint(), own);
        }
        let mut same = settings();
        (same.price_in, same.cost_max, same.endpoint) = (1.0, Some(5.0), "http://y".to_owned());
        assert_eq!(same.fingerprint(), own);
    }

    #[test]
    fn a_bound_needs_prices_and_prices_a_bound() {
        let mut settings = Settings::new("database", "http://x", "m");
        assert!(settings.check().is_ok());
        settings.cost_max = Some(5.0);
        assert!(settings.check().unwrap_err().to_string().contains("cost_max"));
        settings.price_in = 1.0;
        assert!(settings.check().is_ok());
        settings.cost_max = None;
        assert!(settings.check().is_err());
        settings.cost_max = Some(f64::NAN);
        assert!(settings.check().is_err());
    }
}
