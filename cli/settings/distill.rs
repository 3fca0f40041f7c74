//! `[distill]`: what becomes of what is known about customers, and who words it.

use std::collections::BTreeMap;
use std::num::{NonZeroU64, NonZeroUsize};
use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, Result};
use deskferry_distill::{Language, Personal, Secret, Token};
use serde::Deserialize;

use crate::error::refused;

/// File of the migration's folder that takes the place of the prompt.
const PROMPT: &str = "distill/prompt.txt";

/// `[distill]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Distill {
    /// Address of a server that words, before `/chat/completions`; without it nothing is sent anywhere.
    pub(crate) endpoint: Option<String>,
    /// Its model.
    pub(crate) model: String,
    /// Key of the account; `${DISTILL_KEY}`. Empty where the server wants none.
    pub(crate) key: String,
    /// More members of every request.
    pub(crate) options: Option<BTreeMap<String, toml::Value>>,
    /// Language of the wording; without it that of the transcript.
    pub(crate) language: Option<String>,
    /// Price of a million tokens of questions and of answers.
    pub(crate) price_in: f64,
    pub(crate) price_out: f64,
    /// Most that the wording of a calendar month may cost.
    pub(crate) cost_max: Option<f64>,
    /// What is masked before it is sent.
    pub(crate) mask: Vec<Masked>,
    /// Whether what was masked is put back into the wording.
    pub(crate) restore: bool,
    /// Whether transcripts hold internal notes.
    pub(crate) notes: Notes,
    /// Most characters of a customer's transcripts that are sent.
    pub(crate) input_chars_max: Option<NonZeroU64>,
    /// Longest wording in characters.
    pub(crate) answer_chars_max: Option<NonZeroUsize>,
    /// Calls at a time.
    pub(crate) in_flight_max: Option<NonZeroUsize>,
    /// Longest time for one call.
    pub(crate) timeout_seconds: Option<NonZeroU64>,
    /// What the migration's folder says to the model instead of ours.
    #[serde(skip)]
    prompt: Option<String>,
    /// Of all that shapes an answer; empty without endpoint.
    #[serde(skip)]
    fingerprint: String,
}

/// A kind of personal data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Masked {
    /// E-mail addresses.
    Emails,
    /// Telephone numbers.
    Phones,
    /// Names of those who take part.
    Names,
    /// Numbers of payment cards.
    Cards,
    /// Bank accounts.
    Ibans,
}

/// What becomes of internal notes in `knowledge`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Notes {
    /// They are in transcripts, marked as internal.
    #[default]
    Marked,
    /// They are not.
    LeaveOut,
}

impl Default for Distill {
    fn default() -> Self {
        Self {
            endpoint: None,
            model: String::new(),
            key: "${DISTILL_KEY}".to_owned(),
            options: None,
            language: None,
            price_in: 0.0,
            price_out: 0.0,
            cost_max: None,
            mask: vec![Masked::Emails, Masked::Phones, Masked::Names, Masked::Cards, Masked::Ibans],
            restore: true,
            notes: Notes::default(),
            input_chars_max: None,
            answer_chars_max: None,
            in_flight_max: None,
            timeout_seconds: None,
            prompt: None,
            fingerprint: String::new(),
        }
    }
}

impl Distill {
    /// Whether a server words what is known.
    pub(crate) fn is_on(&self) -> bool {
        self.endpoint.is_some()
    }

    /// Puts the environment's values in, reads the folder's prompt, and works out what stands for all that shapes an answer.
    pub(super) fn resolve(&mut self, directory: &Path, expand: impl Fn(&str, &str) -> Result<String>) -> Result<()> {
        let Some(endpoint) = &self.endpoint else { return Ok(()) };
        self.endpoint = Some(expand("distill.endpoint", endpoint)?);
        let path = directory.join(PROMPT);
        self.prompt = match std::fs::read_to_string(&path) {
            Ok(text) => Some(text),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
            Err(error) => return Err(error).with_context(|| format!("cannot read {}", path.display())),
        };
        self.fingerprint = self.wording("")?.fingerprint();
        Ok(())
    }

    /// Rows of the table `settings`.
    pub(super) fn rows(&self) -> Vec<(&'static str, String)> {
        let notes = if self.notes == Notes::Marked { "marked" } else { "leave_out" };
        let mut rows = vec![("distill.notes", notes.to_owned()), ("distill.fingerprint", self.fingerprint.clone())];
        rows.extend(self.input_chars_max.map(|most| ("distill.input_chars_max", most.to_string())));
        rows
    }

    /// What the wording is told, with the key that `expand` gives.
    pub(crate) fn settings(
        &self,
        schema: &str,
        expand: impl Fn(&str, &str) -> Result<String>,
    ) -> Result<deskferry_distill::Settings> {
        let mut settings = self.wording(schema)?;
        let key = expand("distill.key", &self.key)?;
        settings.key = (!key.trim().is_empty()).then(|| Token::new(Secret::new(key), "DISTILL_KEY"));
        Ok(settings)
    }

    /// The same without the key.
    fn wording(&self, schema: &str) -> Result<deskferry_distill::Settings> {
        let Some(endpoint) = &self.endpoint else {
            return Err(refused(
                "deskferry.toml names no server that words what is known about customers",
                "set [distill] endpoint and model, or leave it: `knowledge` then holds the messages' own words",
            ));
        };
        let mut settings = deskferry_distill::Settings::new(schema, endpoint, &self.model);
        if let Some(prompt) = &self.prompt {
            settings.prompt.clone_from(prompt);
        }
        if let Some(options) = &self.options {
            let members = options.iter().map(|(name, value)| Ok((name.clone(), serde_json::to_value(value)?)));
            settings.options = members.collect::<Result<_>>()?;
        }
        settings.language = self.language.as_deref().map(Language::parse).transpose()?;
        (settings.price_in, settings.price_out, settings.cost_max) = (self.price_in, self.price_out, self.cost_max);
        settings.mask =
            Personal::ALL.into_iter().filter(|kind| self.mask.iter().any(|m| m.personal() == *kind)).collect();
        settings.restore = self.restore;
        if let Some(most) = self.answer_chars_max {
            settings.answer_chars_max = most.get();
        }
        if let Some(most) = self.in_flight_max {
            settings.in_flight_max = most;
        }
        if let Some(seconds) = self.timeout_seconds {
            settings.timeout = Duration::from_secs(seconds.get());
        }
        Ok(settings)
    }
}

impl Masked {
    fn personal(self) -> Personal {
        match self {
            Self::Emails => Personal::Emails,
            Self::Phones => Personal::Phones,
            Self::Names => Personal::Names,
            Self::Cards => Personal::Cards,
            Self::Ibans => Personal::Ibans,
        }
    }
}
