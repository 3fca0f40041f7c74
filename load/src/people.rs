//! Teammates and teams: matched with the workspace, never created.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use deskferry_staging::{Manifest, Staging};
use serde_json::Value;

use crate::intercom::{Workspace, id_of};
use crate::rows::Rows;
use crate::settings::{MissingPeople, Settings};
use crate::step::Author;
use crate::{Error, Result};

/// A teammate whom rows name and the workspace does not have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MissingAdmin {
    /// Key in `intercom.admins`.
    pub source_key: String,
    /// Name.
    pub name: String,
    /// E-mail.
    pub email: Option<String>,
    /// Whether a row that is to be loaded needs them.
    pub used: bool,
}

/// A team that rows name and the workspace does not have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MissingTeam {
    /// Key in `intercom.teams`.
    pub source_key: String,
    /// Name.
    pub name: String,
    /// Whether a row that is to be loaded needs it.
    pub used: bool,
}

/// Who is who.
#[derive(Debug, Clone, Default)]
pub(crate) struct People {
    admins: HashMap<String, (Option<String>, String)>,
    teams: HashMap<String, Option<String>>,
    placeholder: Option<String>,
    token_admin: String,
    /// Whether rows wait for who is missing.
    rows_wait: bool,
    /// Keys of rows that wait, by table.
    waiting: Arc<Mutex<BTreeMap<&'static str, HashSet<String>>>>,
    pub(crate) missing_admins: Vec<MissingAdmin>,
    pub(crate) missing_teams: Vec<MissingTeam>,
}

impl People {
    /// Matches teammates by e-mail, then by name; teams by name.
    pub(crate) async fn matched(
        staging: &Staging,
        manifest: Option<&Manifest>,
        workspace: &Workspace,
        settings: &Settings,
    ) -> Result<Self> {
        let mut people = Self { token_admin: workspace.admin_id.clone(), ..Self::default() };
        people.rows_wait = settings.missing_people == MissingPeople::Wait;
        let by_email = by(&workspace.admins, "email");
        let by_name = by(&workspace.admins, "name");
        if let Some(email) = &settings.placeholder_admin {
            let id = by_email.get(&fold(email)).ok_or_else(|| Error::Setting {
                setting: "[load] placeholder_admin",
                value: email.clone(),
                reason: "is not the e-mail of a teammate of the workspace".to_owned(),
            })?;
            people.placeholder = Some(id.clone());
        }
        let Some(manifest) = manifest else { return Ok(people) };
        let mut rows = Rows::open(staging, manifest, "admins")?;
        while let Some(row) = rows.next().await? {
            let (key, name, email) = (row.must("source_key")?, row.must("name")?, row.some("email")?);
            let id =
                email.as_deref().and_then(|e| by_email.get(&fold(e))).or_else(|| by_name.get(&fold(name))).cloned();
            if id.is_none() {
                let (source_key, name, used) = (key.to_owned(), name.to_owned(), row.boolean("used")? == Some(true));
                people.missing_admins.push(MissingAdmin { source_key, name, email, used });
            }
            people.admins.insert(key.to_owned(), (id, name.to_owned()));
        }
        let teams = by(&workspace.teams, "name");
        let mut rows = Rows::open(staging, manifest, "teams")?;
        while let Some(row) = rows.next().await? {
            let (key, name) = (row.must("source_key")?, row.must("name")?);
            let id = teams.get(&fold(name)).cloned();
            if id.is_none() {
                let (source_key, name, used) = (key.to_owned(), name.to_owned(), row.boolean("used")? == Some(true));
                people.missing_teams.push(MissingTeam { source_key, name, used });
            }
            people.teams.insert(key.to_owned(), id);
        }
        Ok(people)
    }

    /// Whether the load must not start: someone needed is missing and nobody stands in for them.
    pub(crate) fn blocks(&self) -> bool {
        let missing = self.missing_admins.iter().any(|a| a.used) || self.missing_teams.iter().any(|t| t.used);
        missing && self.placeholder.is_none() && !self.rows_wait
    }

    /// # Errors
    /// `Missing` with all who are needed, where [`People::blocks`].
    pub(crate) fn check(&self) -> Result<()> {
        if !self.blocks() {
            return Ok(());
        }
        let admins = self.missing_admins.iter().filter(|a| a.used).map(|a| match &a.email {
            Some(email) => format!("teammate {} <{email}>", a.name),
            None => format!("teammate {}", a.name),
        });
        let teams = self.missing_teams.iter().filter(|t| t.used).map(|t| format!("team {}", t.name));
        Err(Error::Missing { checklist: admins.chain(teams).collect::<Vec<_>>().join(", ") })
    }

    /// Whether a row waits for somebody whom it names; it is counted then. Who the source does not have either is nobody to wait
    /// for.
    pub(crate) fn waits<'a>(
        &self,
        table: &'static str,
        key: &str,
        admins: impl IntoIterator<Item = &'a str>,
        team: Option<&str>,
    ) -> bool {
        if !self.rows_wait || self.placeholder.is_some() {
            return false;
        }
        let is_missing = |admin: &str| self.admins.get(admin).is_some_and(|(id, _)| id.is_none());
        let waits = admins.into_iter().any(is_missing)
            || team.and_then(|team| self.teams.get(team)).is_some_and(Option::is_none);
        if waits {
            self.waiting_rows().entry(table).or_default().insert(key.to_owned());
        }
        waits
    }

    fn waiting_rows(&self) -> MutexGuard<'_, BTreeMap<&'static str, HashSet<String>>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Rows that wait, by table.
    pub(crate) fn waiting(&self) -> Vec<(String, u64)> {
        self.waiting_rows().iter().map(|(table, keys)| ((*table).to_owned(), keys.len() as u64)).collect()
    }

    /// The teammate with this key, if in the workspace.
    pub(crate) fn admin(&self, key: &str) -> Option<&str> {
        self.admins.get(key)?.0.as_deref()
    }

    /// The teammate, or the placeholder, or the token's own.
    pub(crate) fn stand_in(&self, key: Option<&str>) -> &str {
        key.and_then(|k| self.admin(k)).or(self.placeholder.as_deref()).unwrap_or(&self.token_admin)
    }

    /// Whom a conversation is assigned to: the teammate or the placeholder; nobody where neither is there.
    pub(crate) fn assignee(&self, key: &str) -> Option<&str> {
        self.admin(key).or(self.placeholder.as_deref())
    }

    pub(crate) fn team(&self, key: &str) -> Option<&str> {
        self.teams.get(key)?.as_deref()
    }

    /// The first of these teammates who is in the workspace, or the token's own.
    pub(crate) fn actor(&self, keys: &[String]) -> &str {
        keys.iter().find_map(|k| self.admin(k)).unwrap_or(&self.token_admin)
    }

    /// The name to be told in words: of a teammate who is not in the workspace.
    pub(crate) fn name_in_words<'a>(&'a self, author: &'a Author) -> Option<&'a str> {
        match &author.key {
            Some(key) if self.admin(key).is_some() => None,
            Some(key) => author.name.as_deref().or_else(|| self.admins.get(key).map(|a| a.1.as_str())),
            None => author.name.as_deref(),
        }
        .filter(|name| !name.trim().is_empty())
    }

    /// A teammate's name.
    pub(crate) fn name(&self, key: &str) -> Option<&str> {
        self.admins.get(key).map(|a| a.1.as_str())
    }
}

fn fold(text: &str) -> String {
    text.trim().to_lowercase()
}

/// Ids by a field; a value that two have names nobody.
fn by(list: &[Value], field: &str) -> BTreeMap<String, String> {
    let mut found: BTreeMap<String, Option<String>> = BTreeMap::new();
    for one in list {
        let Some(value) = one[field].as_str().map(fold).filter(|v| !v.is_empty()) else { continue };
        let id = id_of(&one["id"]);
        found.entry(value).and_modify(|other| *other = None).or_insert(id);
    }
    found.into_iter().filter_map(|(value, id)| Some((value, id?))).collect()
}
