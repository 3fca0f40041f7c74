//! What a load is told: where, as whom, and which rows.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use deskferry_http::{Notice, Secret, Token};
use deskferry_staging::{Context, Tick};

use crate::{Error, Result};

/// What becomes of rows that name teammates or teams who are not in the workspace, where no placeholder stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum MissingPeople {
    /// The load does not start.
    #[default]
    Stop,
    /// They wait, and all others are loaded; a load after the people have come sends them.
    Wait,
}

/// What becomes of canned answers, for which Intercom has no call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SavedReplies {
    /// The caller writes them to a file with [`crate::write_saved_replies`]; nothing is sent.
    #[default]
    File,
    /// Content snippets: text for Intercom's own answering, not for teammates.
    Snippets,
    /// Nothing.
    None,
}

/// What a ticket of the source becomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TicketsAs {
    /// A conversation.
    #[default]
    Conversation,
    /// A ticket of the type [`Settings::ticket_type`].
    Ticket,
}

impl TicketsAs {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Conversation => "conversation",
            Self::Ticket => "ticket",
        }
    }
}

/// Settings of a load.
#[derive(Debug, Clone)]
pub struct Settings {
    /// `https://api.intercom.io` or a region's.
    pub base_url: String,
    /// Access tokens of one workspace. The first is the main one; more are of other apps, whose limits come on top of its own.
    pub tokens: Vec<Token>,
    /// `Intercom-Version`, 2.16 or newer.
    pub version: String,
    /// E-mail of the teammate who stands for people who are not in the workspace. Without one a missing teammate stops the load.
    pub placeholder_admin: Option<String>,
    /// What becomes of rows that name people or teams who are not in the workspace, where nobody stands in.
    pub missing_people: MissingPeople,
    /// What becomes of canned answers.
    pub saved_replies: SavedReplies,
    /// What a ticket becomes.
    pub tickets_as: TicketsAs,
    /// Name of the ticket type of a migration to tickets: one of the workspace, else a new one. It counts until the type is made.
    pub ticket_type: String,
    /// Share of refused rows of a table, from 0 to 1, above which the load stops before the next table, if they are at least
    /// three. A load of chosen tables does not stop.
    pub reject_rate_max: f64,
    /// Most threads at work at a time. There are fewer where the granted rate and the round trip ask for fewer.
    pub in_flight_max: usize,
    /// Most bytes of files in all calls that are out at a time. A file is in memory as text in the request and again in the body
    /// that is sent, so they take up to four times as much.
    pub file_bytes_max: u32,
    /// Longest time for one call.
    pub timeout: Duration,
    /// How late an outcome may be stored.
    pub flush_every: Duration,
    /// How long the ledger must have been silent before a load that follows a crash takes it over.
    pub lease: Duration,
    /// How long Intercom may take to show in a search what was written: nothing is held to be absent sooner.
    pub settle: Duration,
}

impl Settings {
    /// Settings with everything but the token and the URL as usual.
    pub fn new(base_url: &str, token: Secret) -> Self {
        Self {
            base_url: base_url.to_owned(),
            tokens: vec![Token::new(token, "INTERCOM_TOKEN")],
            version: "2.16".to_owned(),
            placeholder_admin: None,
            missing_people: MissingPeople::default(),
            saved_replies: SavedReplies::default(),
            tickets_as: TicketsAs::default(),
            ticket_type: "Migrated ticket".to_owned(),
            reject_rate_max: 0.01,
            in_flight_max: 256,
            file_bytes_max: 32 << 20,
            timeout: Duration::from_secs(60),
            flush_every: Duration::from_secs(2),
            lease: Duration::from_secs(6),
            settle: Duration::from_secs(10),
        }
    }

    /// Whether these settings can be used at all.
    ///
    /// # Errors
    /// `Setting`, naming the one that cannot.
    pub fn check(&self) -> Result<()> {
        let refuse = |setting, value: &str, reason: &str| {
            Err(Error::Setting { setting, value: value.to_owned(), reason: reason.to_owned() })
        };
        if self.ticket_type.trim().is_empty() {
            return refuse("[load] ticket_type", &self.ticket_type, "is no name");
        }
        if self.tokens.is_empty() {
            return refuse("[intercom] token", "", "is missing");
        }
        for (number, token) in self.tokens.iter().enumerate() {
            if let Some(first) = self.tokens.iter().take(number).find(|first| first.secret == token.secret) {
                let reason = format!("is the same token as {}: give one of another app, or leave it out", first.from);
                return refuse("[intercom] more_tokens", &token.from, &reason);
            }
        }
        if !(0.0..=1.0).contains(&self.reject_rate_max) {
            let value = self.reject_rate_max.to_string();
            return refuse("[load] reject_rate_max", &value, "is not a share from 0 to 1");
        }
        let number: Option<(u32, u32)> =
            self.version.split_once('.').and_then(|(a, b)| Some((a.parse().ok()?, b.parse().ok()?)));
        match number {
            Some(number) if number >= (2, 16) => Ok(()),
            None if self.version == "Preview" => Ok(()),
            _ => refuse("[intercom] version", &self.version, "is too old: attributes of conversations need 2.16"),
        }
    }

    pub(crate) fn client(&self, context: &Context) -> Result<deskferry_http::Client> {
        self.check()?;
        let progress = Arc::clone(&context.progress);
        let notice = move |note: &str| {
            progress(&Tick { table: "Intercom", done: 0, total: None, note, is_end: true });
        };
        let settings = deskferry_http::Settings {
            notice: Notice::new(notice),
            tokens: self.tokens.clone(),
            headers: vec![("Intercom-Version".to_owned(), self.version.clone())],
            timeout: self.timeout,
            ..deskferry_http::Settings::new("Intercom", &self.base_url)
        };
        Ok(deskferry_http::Client::new(settings, context.clock.clone(), context.chance.clone())?)
    }
}

/// Which rows are loaded.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Tables; empty: all.
    pub only: Vec<String>,
    /// Source keys, where rows were chosen by a query.
    pub keys: Option<HashSet<String>>,
    /// With `only`: most rows of each of those tables. Without: a sample of so many conversations and of all that belongs to them,
    /// and nothing else.
    pub limit: Option<u64>,
    /// Nothing is loaded after this table.
    pub stop_after: Option<String>,
    /// Send rows again that were refused although they have not changed. A filter by table or key implies it.
    pub retry_rejected: bool,
}

impl Filter {
    pub(crate) fn retry(&self) -> bool {
        self.retry_rejected || self.keys.is_some() || !self.only.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_token_given_twice_is_refused_and_not_shown() {
        let token = |from: &str| Token::new(Secret::new("secret-of-one"), from);
        let settings = Settings { tokens: vec![token("A"), token("B")], ..Settings::new("http://x", Secret::new("t")) };
        let error = settings.check().unwrap_err().to_string();
        assert!(error.starts_with("[intercom] more_tokens = `B` is the same token as A"), "{error}");
        assert!(!error.contains("secret-of-one"));
    }

    #[test]
    fn old_versions_and_ticket_types_without_a_name_are_refused() {
        let mut settings = Settings::new("http://x", Secret::new("t"));
        assert!(settings.check().is_ok());
        settings.version = "2.9".into();
        assert!(settings.check().unwrap_err().to_string().contains("2.16"));
        settings.version = "2.17".into();
        assert!(settings.check().is_ok());
        settings.ticket_type = " ".into();
        assert_eq!(settings.check().unwrap_err().to_string(), "[load] ticket_type = ` ` is no name");
    }
}
