//! `deskferry.toml`: the file as it is written, and the settings that come of it.
//!
//! `${VAR}` is read from the environment, so that secrets need not be in the file. An unknown key is an error that names the
//! line and the keys there are.

mod distill;
mod load;
mod serve;
mod source;

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context as _, Result};
use deskferry_extract::Spec;
use deskferry_serve::Secret;
use serde::Deserialize;

use crate::error::refused;
use distill::Distill;
pub(crate) use load::{Load, MissingPeople, SavedReplies, TicketsAs};
pub(crate) use serve::Serve;
use source::KindOnly;
pub(crate) use source::Source;

/// Name of the settings file.
pub(crate) const FILE: &str = "deskferry.toml";

/// The whole file.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Settings<S = Source> {
    /// The help desk that is read.
    pub(crate) source: S,
    /// Where runs are kept.
    #[serde(default)]
    pub(crate) staging: Staging,
    /// The workspace that is written.
    #[serde(default)]
    pub(crate) intercom: Intercom,
    /// How models behave.
    #[serde(default)]
    pub(crate) transform: Transform,
    /// What to do with personal data that needs a decision.
    #[serde(default)]
    pub(crate) privacy: Privacy,
    /// How the loader behaves.
    #[serde(default)]
    pub(crate) load: Load,
    /// How the stage is served.
    #[serde(default)]
    pub(crate) sql: Sql,
    /// How what is known about customers is worded.
    #[serde(default)]
    pub(crate) distill: Distill,
    /// How events are taken in.
    #[serde(default)]
    pub(crate) serve: Serve,
}

/// `[staging]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Staging {
    /// A folder, or `s3://bucket/prefix`, `gs://…`, `az://…`.
    pub(crate) url: String,
}

/// `[intercom]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Intercom {
    /// Address of the API; takes the place of `region`.
    pub(crate) url: Option<String>,
    /// `us`, `eu` or `au`.
    pub(crate) region: Option<Region>,
    /// Access token; `${INTERCOM_TOKEN}`.
    pub(crate) token: String,
    /// Tokens of more apps of the same workspace, whose limits come on top of the first's.
    pub(crate) more_tokens: Vec<String>,
    /// API version.
    pub(crate) version: String,
}

/// Where a workspace is hosted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Region {
    /// United States.
    Us,
    /// European Union.
    Eu,
    /// Australia.
    Au,
}

/// `[sql]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Sql {
    /// What clients of `sql --serve` log in with; `${DESKFERRY_SQL_PASSWORD}`.
    pub(crate) password: String,
}

impl Default for Sql {
    fn default() -> Self {
        Self { password: "${DESKFERRY_SQL_PASSWORD}".to_owned() }
    }
}

/// `[transform]`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Transform {
    /// Whether the lines of a ticket's history become notes.
    pub(crate) history: History,
    /// Objects of the source that are brought over only on request, as custom objects; the source's README names them.
    pub(crate) optional_objects: Vec<String>,
    /// Memory for queries in MiB.
    pub(crate) memory_mib: Option<usize>,
}

/// What becomes of a ticket's history.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum History {
    /// Each line is a note.
    #[default]
    Notes,
    /// Left out.
    None,
}

/// `[privacy]`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Privacy {
    /// IP addresses of customers.
    pub(crate) ip_addresses: Personal,
    /// Tickets of people that the desk has anonymised.
    pub(crate) anonymised: Personal,
}

/// What to do with personal data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Personal {
    /// Brought over, and marked for review.
    #[default]
    Flag,
    /// Brought over.
    Keep,
    /// Not brought over.
    LeaveOut,
}

impl Default for Staging {
    fn default() -> Self {
        Self { url: "staging".to_owned() }
    }
}

impl Default for Intercom {
    fn default() -> Self {
        let token = "${INTERCOM_TOKEN}".to_owned();
        Self { url: None, region: None, token, more_tokens: Vec::new(), version: "2.16".to_owned() }
    }
}

impl Settings {
    /// Reads the file in a migration's folder; `variable` gives the environment, `spec` the spec of a source.
    pub(crate) fn read(
        directory: &Path,
        variable: impl Fn(&str) -> Option<String>,
        spec: impl Fn(&str) -> Result<Spec>,
    ) -> Result<Self> {
        let path = directory.join(FILE);
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Err(refused(
                    format!("there is no {}", path.display()),
                    "write one with `deskferry init hesk`, or name the migration's folder with -C",
                ));
            }
            Err(error) => return Err(error).with_context(|| format!("cannot read {}", path.display())),
        };
        let wrong = |reason: String| {
            refused(
                format!("{} cannot be used\n{}", path.display(), reason.trim_end()),
                "correct the line that is named",
            )
        };
        let kind: KindOnly = toml::from_str(&text).map_err(|e| wrong(e.to_string()))?;
        let spec = spec(&kind.source.kind)?;
        let mut settings = if spec.rest.is_none() {
            toml::from_str(&text).map_err(|e| wrong(e.to_string()))?
        } else {
            let Settings { source, staging, intercom, transform, privacy, load, sql, distill, serve } =
                toml::from_str::<Settings<source::Keys>>(&text).map_err(|e| wrong(e.to_string()))?;
            let source = Source::declared(source, &spec, &text).map_err(wrong)?;
            Self { source, staging, intercom, transform, privacy, load, sql, distill, serve }
        };
        let optional = &spec.optional_objects;
        if let Some(name) = settings.transform.optional_objects.iter().find(|name| !optional.contains(name)) {
            let known = if optional.is_empty() { "none".to_owned() } else { optional.join(", ") };
            return Err(wrong(format!("[transform] optional_objects names \"{name}\"; {} has {known}", spec.title)));
        }
        settings.resolve(directory, &variable)?;
        Ok(settings)
    }

    /// Puts the environment's values in and makes paths relative to the migration's folder.
    fn resolve(&mut self, directory: &Path, variable: &dyn Fn(&str) -> Option<String>) -> Result<()> {
        let expand = |key: &str, text: &str| expand(key, text, variable);
        self.source.settings_file = self.source.settings_file.as_ref().map(|path| directory.join(path));
        self.staging.url = within(directory, expand("staging.url", &self.staging.url)?);
        if let Some(url) = &self.intercom.url {
            self.intercom.url = Some(expand("intercom.url", url)?);
        }
        self.distill.resolve(directory, expand)?;
        if self.intercom.url.is_some() && self.intercom.region.is_some() {
            return Err(refused(
                "[intercom] has both url and region",
                "keep one of them: the region stands for the url",
            ));
        }
        Ok(())
    }

    /// Where the help desk and its attachments are; read only by commands that go there, so that the others run without its
    /// password.
    pub(crate) fn source_places(
        &self,
        directory: &Path,
        variable: impl Fn(&str) -> Option<String>,
    ) -> Result<(String, Option<String>)> {
        let place = |key: &str, text: &str| expand(key, text, &variable).map(|text| within(directory, text));
        let attachments = self.source.attachments.as_deref().map(|text| place("source.attachments", text));
        Ok((place("source.url", &self.source.url)?, attachments.transpose()?))
    }

    /// Where files are that tables are read from instead of from the API: what is set, else the folder `drop` where it is there.
    pub(crate) fn drop_place(
        &self,
        directory: &Path,
        variable: impl Fn(&str) -> Option<String>,
    ) -> Result<Option<String>> {
        if let Some(text) = &self.source.drop {
            return Ok(Some(within(directory, expand("source.drop", text, &variable)?)));
        }
        let usual = directory.join("drop");
        Ok(usual.is_dir().then(|| usual.to_string_lossy().into_owned()))
    }

    /// What the spec's own settings are set to; read only by commands that go to the source, for there may be secrets among them.
    pub(crate) fn source_values(&self, variable: impl Fn(&str) -> Option<String>) -> Result<BTreeMap<String, String>> {
        let values = self.source.for_reading();
        values.map(|(key, text)| Ok((key.clone(), expand(&format!("source.{key}"), text, &variable)?))).collect()
    }

    /// The access tokens, each with where it comes from; read only by commands that need them, so that `extract` runs without.
    pub(crate) fn tokens(&self, variable: impl Fn(&str) -> Option<String>) -> Result<Vec<(String, String)>> {
        let more = self.intercom.more_tokens.iter().enumerate();
        let more = more.map(|(number, text)| (format!("intercom.more_tokens[{number}]"), text));
        std::iter::once(("INTERCOM_TOKEN".to_owned(), &self.intercom.token))
            .chain(more)
            .map(|(from, text)| {
                let key = if from == "INTERCOM_TOKEN" { "intercom.token" } else { from.as_str() };
                let token = expand(key, text, &variable)?;
                if token.trim().is_empty() {
                    return Err(refused(
                        format!("the token of {from} is empty"),
                        "set it to the access token of your app",
                    ));
                }
                Ok((from, token))
            })
            .collect()
    }

    /// The database that a copy is brought to; read only by commands that go there, for there is a password in it.
    pub(crate) fn target(&self, variable: impl Fn(&str) -> Option<String>) -> Result<Option<String>> {
        self.load.target.as_deref().map(|target| expand("load.target", target, &variable)).transpose()
    }

    /// What clients of `sql --serve` log in with; read only by that command.
    pub(crate) fn sql_password(&self, variable: impl Fn(&str) -> Option<String>) -> Result<String> {
        let password = expand("sql.password", &self.sql.password, &variable)?;
        if password.trim().is_empty() {
            return Err(refused("the password of sql.password is empty", "set DESKFERRY_SQL_PASSWORD to one"));
        }
        Ok(password)
    }

    /// What the wording is told of a transform of this schema; the key is read only by that command.
    pub(crate) fn wording(
        &self,
        schema: &str,
        variable: impl Fn(&str) -> Option<String>,
    ) -> Result<deskferry_distill::Settings> {
        self.distill.settings(schema, |key, text| expand(key, text, &variable))
    }

    /// What the events of the source are signed with; read only by who takes them. `None` where it is not there, or blank.
    pub(crate) fn webhook_secret(&self, variable: impl Fn(&str) -> Option<String>) -> Result<Option<Secret>> {
        let Some(text) = self.source.values.get(source::WEBHOOK_SECRET) else { return Ok(None) };
        Ok(Secret::new(&expand(&format!("source.{}", source::WEBHOOK_SECRET), text, &variable)?))
    }

    /// Address of the API.
    pub(crate) fn intercom_url(&self) -> String {
        match (&self.intercom.url, self.intercom.region) {
            (Some(url), _) => url.clone(),
            (None, Some(Region::Eu)) => "https://api.eu.intercom.io".to_owned(),
            (None, Some(Region::Au)) => "https://api.au.intercom.io".to_owned(),
            (None, Some(Region::Us) | None) => "https://api.intercom.io".to_owned(),
        }
    }

    /// Address of Intercom's app, where people look at what was loaded. A stand-in workspace has its own inbox at the same paths.
    fn app_url(&self) -> String {
        let url = self.intercom_url();
        let hosts = ["", ".eu", ".au"].map(|region| (format!("https://api{region}.intercom.io"), region));
        let known = hosts.into_iter().find(|(api, _)| url.trim_end_matches('/') == *api);
        let own = || match (url.split_once("://"), url.rsplit_once('@')) {
            // Whatever stands before the host is nobody's business.
            (Some((scheme, _)), Some((_, host))) => format!("{scheme}://{host}"),
            _ => url.clone(),
        };
        let own = || own().trim_end_matches('/').to_owned();
        known.map_or_else(own, |(_, region)| format!("https://app{region}.intercom.com"))
    }

    /// The table `settings`, which models read: never a secret.
    pub(crate) fn table(&self) -> Vec<(String, String)> {
        let personal = |p: Personal| match p {
            Personal::Flag => "flag",
            Personal::Keep => "keep",
            Personal::LeaveOut => "leave_out",
        };
        let mut rows = vec![
            ("source.kind", self.source.kind.clone()),
            ("transform.history", if self.transform.history == History::Notes { "notes" } else { "none" }.to_owned()),
            ("transform.optional_objects", self.transform.optional_objects.join(",")),
            (
                "load.tickets_as",
                if self.load.tickets_as == TicketsAs::Ticket { "ticket" } else { "conversation" }.to_owned(),
            ),
            ("privacy.ip_addresses", personal(self.privacy.ip_addresses).to_owned()),
            ("privacy.anonymised", personal(self.privacy.anonymised).to_owned()),
            ("source.own_mailboxes", self.source.own_mailboxes.join(",")),
            ("intercom.app_url", self.app_url()),
        ];
        let optional = [
            ("source.timezone", &self.source.timezone),
            ("source.language", &self.source.language),
            ("source.site_url", &self.source.site_url),
        ];
        rows.extend(optional.into_iter().filter_map(|(key, value)| value.clone().map(|value| (key, value))));
        rows.extend(self.distill.rows());
        let mut rows: Vec<(String, String)> = rows.into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
        rows.extend(self.source.shown().map(|(key, value)| (format!("source.{key}"), value.to_owned())));
        rows
    }
}

/// A path is meant from the migration's folder; a URL stays.
fn within(directory: &Path, place: String) -> String {
    if place.contains("://") { place } else { directory.join(place).to_string_lossy().into_owned() }
}

/// Replaces every `${NAME}` by the environment's value.
fn expand(key: &str, text: &str, variable: &dyn Fn(&str) -> Option<String>) -> Result<String> {
    let mut rest = text;
    let mut expanded = String::with_capacity(text.len());
    while let Some(start) = rest.find("${") {
        let (before, after) = rest.split_at(start);
        let Some(end) = after.find('}') else {
            return Err(refused(format!("`{key}` in {FILE} has `${{` without `}}`"), "write ${NAME}"));
        };
        let name = &after[2..end];
        let Some(value) = variable(name) else {
            return Err(refused(
                format!("`{key}` in {FILE} needs the environment variable {name}, which is not set"),
                format!("export {name}=…"),
            ));
        };
        expanded.push_str(before);
        expanded.push_str(&value);
        rest = &after[end + 1..];
    }
    expanded.push_str(rest);
    Ok(expanded)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Settings> {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(FILE), text).unwrap();
        let spec = |_: &str| Ok(Spec::parse("hesk.toml", Spec::built_in("hesk").unwrap())?);
        Settings::read(folder.path(), |name| (name == "PASSWORD").then(|| "p}${ss".to_owned()), spec)
    }

    fn url(settings: &Settings) -> Result<String> {
        Ok(settings.source_places(Path::new("d"), |name| (name == "PASSWORD").then(|| "p}${ss".to_owned()))?.0)
    }

    #[test]
    fn variables_come_from_the_environment_and_are_not_expanded_twice() {
        let settings = read("[source]\nkind = \"hesk\"\nurl = \"mysql://u:${PASSWORD}@h/d\"\n").unwrap();
        assert_eq!(url(&settings).unwrap(), "mysql://u:p}${ss@h/d");
        assert_eq!(settings.intercom_url(), "https://api.intercom.io");
    }

    #[test]
    fn app_is_in_the_region_of_the_api() {
        let app = |intercom: &str| {
            let settings = read(&format!("[source]\nkind = \"hesk\"\nurl = \"x\"\n[intercom]\n{intercom}\n")).unwrap();
            settings.app_url()
        };
        assert_eq!(app(""), "https://app.intercom.com");
        assert_eq!(app("region = \"eu\""), "https://app.eu.intercom.com");
        assert_eq!(app("url = \"https://api.au.intercom.io/\""), "https://app.au.intercom.com");
        assert_eq!(app("url = \"http://127.0.0.1:8089/\""), "http://127.0.0.1:8089");
        assert_eq!(app("url = \"https://name:secret@proxy.example\""), "https://proxy.example");
    }

    #[test]
    fn a_variable_that_is_not_set_is_named_by_those_who_need_it() {
        let settings = read("[source]\nkind = \"hesk\"\nurl = \"mysql://u:${NOT_SET}@h/d\"\n").unwrap();
        let error = url(&settings).unwrap_err();
        assert!(error.to_string().contains("NOT_SET"), "{error}");
        assert!(read("[source]\nkind = \"hesk\"\nurl = \"x\"\n[staging]\nurl = \"${NOT_SET}\"\n").is_err());
    }

    #[test]
    fn a_path_is_meant_from_the_folder_of_the_migration() {
        let settings = read("[source]\nkind = \"hesk\"\nurl = \"hesk.sql\"\n").unwrap();
        assert_eq!(url(&settings).unwrap(), "d/hesk.sql");
    }

    #[test]
    fn an_unknown_key_names_the_line_and_the_keys_there_are() {
        let error = read("[source]\nkind = \"hesk\"\nurl = \"x\"\ntabel_prefix = \"a\"\n").unwrap_err().to_string();
        assert!(error.contains("line 4") && error.contains("table_prefix"), "{error}");
    }
}
