//! `[source]`: its keys are those of the source's spec. A spec without settings of its own is read from a database or a file, and
//! has the keys that such sources have.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::PathBuf;

use deskferry_extract::{SOURCE_KEYS, Spec};
use serde::Deserialize;
use toml::{Spanned, Value};

/// Setting of a source that nothing is read with: what its events are signed with. Only who takes events needs it.
pub(super) const WEBHOOK_SECRET: &str = "webhook_secret";

/// `[source]`.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Source {
    /// Name of a spec: `hesk`.
    pub(crate) kind: String,
    /// `mysql://user:password@host:port/database`, or the path of a dump or an export.
    pub(crate) url: String,
    /// Folder or object-store URL of the attachments.
    pub(crate) attachments: Option<String>,
    /// Folder or object-store URL of files that tables of an API are read from instead.
    #[serde(skip)]
    pub(crate) drop: Option<String>,
    /// What the names of the desk's tables begin with.
    #[serde(default = "default_prefix")]
    pub(crate) table_prefix: String,
    /// Time zone of the desk, as in the IANA list.
    pub(crate) timezone: Option<String>,
    /// Time zone of the database server, where columns hold wall time; the desk's if not given.
    pub(crate) database_timezone: Option<String>,
    /// The desk's own settings file: `hesk_settings.inc.php`.
    pub(crate) settings_file: Option<PathBuf>,
    /// The desk's web address, for images and links of articles.
    pub(crate) site_url: Option<String>,
    /// Language whose labels are taken where the desk has several, by its own name.
    pub(crate) language: Option<String>,
    /// Addresses of the desk itself, which must not become contacts.
    #[serde(default)]
    pub(crate) own_mailboxes: Vec<String>,
    /// What the settings are set to that the source's spec declares, as written.
    #[serde(skip)]
    pub(crate) values: BTreeMap<String, String>,
    /// Which of them are no secrets.
    #[serde(skip)]
    shown: Vec<String>,
    /// Calls that the source grants, where the spec does not know.
    #[serde(skip)]
    pub(crate) rate_calls: Option<u64>,
    /// Seconds in which it grants them.
    #[serde(skip)]
    pub(crate) rate_seconds: Option<u64>,
    /// Share of what is granted that is used.
    #[serde(skip)]
    pub(crate) rate_share: Option<f64>,
}

fn default_prefix() -> String {
    "hesk_".to_owned()
}

/// Enough of the file to know which spec it is for.
#[derive(Debug, Deserialize)]
pub(super) struct KindOnly {
    pub(super) source: SourceKind,
}

/// The same of `[source]`.
#[derive(Debug, Deserialize)]
pub(super) struct SourceKind {
    pub(super) kind: String,
}

/// The regions that a spec knows, for messages.
fn regions(spec: &Spec) -> String {
    spec.regions.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(", ")
}

/// The keys of `[source]` with their places in the file.
pub(super) type Keys = BTreeMap<Spanned<String>, Spanned<Value>>;

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The url may hold a password, the values a secret.
        f.debug_struct("Source").field("kind", &self.kind).finish_non_exhaustive()
    }
}

impl Source {
    /// `[source]` of a source whose spec declares its settings.
    ///
    /// # Errors
    /// What is wrong, with its line.
    pub(super) fn declared(keys: Keys, spec: &Spec, text: &str) -> Result<Self, String> {
        let mut source = Self {
            kind: spec.name.clone(),
            url: String::new(),
            attachments: None,
            drop: None,
            table_prefix: String::new(),
            timezone: None,
            database_timezone: None,
            settings_file: None,
            site_url: None,
            language: None,
            own_mailboxes: Vec::new(),
            values: BTreeMap::new(),
            shown: Vec::new(),
            rate_calls: None,
            rate_seconds: None,
            rate_share: None,
        };
        for (key, value) in keys {
            let line = text[..key.span().start].lines().count().max(1);
            let line = if text[..key.span().start].ends_with('\n') { line + 1 } else { line };
            source.set(key.get_ref(), value.into_inner(), spec).map_err(|reason| format!("line {line}: {reason}"))?;
        }
        if source.url.is_empty() {
            let or_region =
                if spec.regions.is_empty() { String::new() } else { format!(" and no `region` ({})", regions(spec)) };
            return Err(format!("[source] has no `url`{or_region}"));
        }
        for (name, setting) in &spec.settings {
            let is_given = name == "url" || source.values.contains_key(name);
            if !is_given && !setting.optional && setting.default.is_none() {
                return Err(format!("[source] has no `{name}`: {}", setting.help));
            }
            if !spec.is_secret(name) {
                source.shown.push(name.clone());
            }
        }
        Ok(source)
    }

    fn set(&mut self, key: &str, value: Value, spec: &Spec) -> Result<(), String> {
        let text = |value: &Value| match value {
            Value::String(text) => Ok(text.clone()),
            Value::Integer(_) | Value::Float(_) | Value::Boolean(_) => Ok(value.to_string()),
            _ => Err(format!("`{key}` takes a text")),
        };
        let count = |value: &Value| match value.as_integer().and_then(|n| u64::try_from(n).ok()) {
            Some(count) if count > 0 => Ok(Some(count)),
            _ => Err(format!("`{key}` takes a whole number above 0")),
        };
        let share = |value: &Value| match value.as_float().or(value.as_integer().map(|whole| whole as f64)) {
            Some(share) if share > 0.0 && share <= 1.0 => Ok(share),
            _ => Err(format!("`{key}` takes a number above 0 and up to 1")),
        };
        match key {
            "kind" => {}
            "url" | "region" if !self.url.is_empty() => {
                return Err(
                    "[source] has both url and region: keep one of them, the region stands for the url".to_owned()
                );
            }
            "url" => self.url = text(&value)?,
            "region" if !spec.regions.is_empty() => {
                let address = spec.region(&text(&value)?);
                self.url = address.ok_or_else(|| format!("`region` takes one of {}", regions(spec)))?.to_owned();
            }
            "timezone" => self.timezone = Some(text(&value)?),
            "drop" => self.drop = Some(text(&value)?),
            "language" => self.language = Some(text(&value)?),
            "site_url" => self.site_url = Some(text(&value)?),
            "rate_calls" => self.rate_calls = count(&value)?,
            "rate_seconds" => self.rate_seconds = count(&value)?,
            "rate_share" => self.rate_share = Some(share(&value)?),
            "own_mailboxes" => {
                let addresses = value.as_array().ok_or_else(|| format!("`{key}` takes a list of addresses"))?;
                self.own_mailboxes = addresses.iter().map(text).collect::<Result<_, _>>()?;
            }
            _ => {
                if let Some(setting) = spec.setting(key) {
                    let value = text(&value)?;
                    setting.fits(&value).map_err(|takes| format!("`{key}` takes {takes}, not `{value}`"))?;
                    self.values.insert(key.to_owned(), value);
                    return Ok(());
                }
                let region = (!spec.regions.is_empty()).then_some("region");
                let own = spec.settings.iter().map(|(name, _)| name.as_str()).filter(|name| *name != "url");
                let known = SOURCE_KEYS.into_iter().chain(region).chain(own).map(|name| format!("`{name}`"));
                let known = known.collect::<Vec<_>>().join(", ");
                return Err(format!("unknown field `{key}`, expected one of {known}"));
            }
        }
        Ok(())
    }

    /// What the settings that the source is read with are set to, as written.
    pub(super) fn for_reading(&self) -> impl Iterator<Item = (&String, &String)> {
        self.values.iter().filter(|(name, _)| *name != WEBHOOK_SECRET)
    }

    /// What a setting of the spec is set to, else its default.
    pub(crate) fn value<'a>(&'a self, spec: &'a Spec, name: &str) -> Option<&'a str> {
        let default = || spec.setting(name)?.default.as_deref();
        self.values.get(name).map(String::as_str).or_else(default)
    }

    /// Names of the settings that are taken from the environment.
    pub(crate) fn of_environment(&self) -> BTreeSet<String> {
        self.values.iter().filter(|(_, text)| text.contains("${")).map(|(name, _)| name.clone()).collect()
    }

    /// What may be shown of the settings that the spec declares, for models; what comes from the environment may not.
    pub(super) fn shown(&self) -> impl Iterator<Item = (&str, &str)> {
        let url = (!self.shown.is_empty()).then_some(("url", self.url.as_str()));
        let values = self.shown.iter().filter_map(|name| Some((name.as_str(), self.values.get(name)?.as_str())));
        url.into_iter().chain(values).filter(|(_, value)| !value.contains("${"))
    }
}
