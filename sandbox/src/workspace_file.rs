//! The workspace file: what exists in a workspace because somebody made it in the user interface.

use crate::Error;
use serde::Deserialize;
use std::collections::HashSet;

/// The `--workspace` file. Unknown keys are errors; ids that are left out are given.
///
/// ```
/// let file = deskferry_sandbox::WorkspaceFile::from_json(r#"{
///     "admins": [{ "name": "Ada", "email": "ada@example.com" }, { "id": 7, "name": "Bob", "email": "bob@example.com" }],
///     "teams": [{ "name": "Support", "admin_ids": [7] }],
///     "custom_object_types": [{ "identifier": "Asset", "contact_relation": "assets" }],
///     "ticket_types": [{ "name": "Bug", "category": "Customer", "attributes": [
///         { "name": "severity", "data_type": "list", "options": ["low", "high"] }
///     ] }]
/// }"#)?;
/// assert_eq!(file.admins.len(), 2);
/// # Ok::<(), deskferry_sandbox::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct WorkspaceFile {
    /// Id of the workspace. Left out: given by when it starts, so that one that starts anew is another.
    pub id: Option<String>,
    /// Teammates. The first one owns the access token.
    pub admins: Vec<AdminEntry>,
    /// Teams.
    pub teams: Vec<TeamEntry>,
    /// Types of custom objects; only the user interface can make them.
    pub custom_object_types: Vec<ObjectTypeEntry>,
    /// Ticket types present from the start; the API can add more.
    pub ticket_types: Vec<TicketTypeEntry>,
}

/// A teammate.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AdminEntry {
    /// Left out: given, from 1001 on.
    #[serde(default)]
    pub id: Option<u64>,
    /// Full name.
    pub name: String,
    /// Address, the key by which teammates are matched.
    pub email: String,
}

/// A team.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TeamEntry {
    /// Left out: given, from 2001 on.
    #[serde(default)]
    pub id: Option<u64>,
    /// Name of the team and of its inbox.
    pub name: String,
    /// Members.
    #[serde(default)]
    pub admin_ids: Vec<u64>,
}

/// A type of custom objects.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ObjectTypeEntry {
    /// Name in routes: `/custom_object_instances/{identifier}`.
    pub identifier: String,
    /// Declared attributes; an empty list takes any.
    #[serde(default)]
    pub attributes: Vec<String>,
    /// Contact attribute that links contacts to objects of this type.
    #[serde(default)]
    pub contact_relation: Option<String>,
}

/// A ticket type.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TicketTypeEntry {
    /// Name.
    pub name: String,
    /// What it is for.
    #[serde(default)]
    pub description: String,
    /// `Customer`, `Back-office` or `Tracker`.
    #[serde(default = "customer")]
    pub category: String,
    /// An emoji.
    #[serde(default = "icon")]
    pub icon: String,
    /// Attributes beside the two every type has.
    #[serde(default)]
    pub attributes: Vec<TicketAttributeEntry>,
}

/// An attribute of a ticket type.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TicketAttributeEntry {
    /// Name, the key in `ticket_attributes`.
    pub name: String,
    /// `string`, `list`, `integer`, `decimal`, `boolean`, `datetime` or `files`.
    pub data_type: String,
    /// Labels, for a list.
    #[serde(default)]
    pub options: Vec<String>,
    /// A ticket cannot be created without it.
    #[serde(default)]
    pub required: bool,
}

fn customer() -> String {
    "Customer".to_owned()
}

fn icon() -> String {
    "🎟️".to_owned()
}

/// One teammate named "Migration", nothing else.
impl Default for WorkspaceFile {
    fn default() -> Self {
        let migration =
            AdminEntry { id: None, name: "Migration".to_owned(), email: "migration@example.com".to_owned() };
        Self {
            id: None,
            admins: vec![migration],
            teams: Vec::new(),
            custom_object_types: Vec::new(),
            ticket_types: Vec::new(),
        }
    }
}

impl WorkspaceFile {
    /// Reads and checks a file's text.
    pub fn from_json(text: &str) -> Result<Self, Error> {
        let file: Self = serde_json::from_str(text).map_err(|error| Error::Workspace { reason: error.to_string() })?;
        file.check()?;
        Ok(file)
    }

    /// Refuses what a workspace cannot be.
    pub(crate) fn check(&self) -> Result<(), Error> {
        let fail = |reason: String| Err(Error::Workspace { reason });
        if self.admins.is_empty() {
            return fail("`admins` is empty; the access token belongs to the first teammate".to_owned());
        }
        let mut ids = HashSet::new();
        for id in self.admins.iter().filter_map(|admin| admin.id).chain(self.teams.iter().filter_map(|team| team.id)) {
            if id == 0 || !ids.insert(id) {
                return fail(format!("id {id} of `admins` and `teams` is 0 or used twice"));
            }
        }
        for ticket_type in &self.ticket_types {
            if !["Customer", "Back-office", "Tracker"].contains(&ticket_type.category.as_str()) {
                return fail(format!(
                    "`category` of ticket type '{}' must be Customer, Back-office or Tracker",
                    ticket_type.name
                ));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mistakes_are_named() {
        let cases = [
            (r#"{"admin": []}"#, "unknown field `admin`"),
            (r#"{"admins": []}"#, "`admins` is empty"),
            (r#"{"teams": [{"id": 3, "name": "a"}, {"id": 3, "name": "b"}]}"#, "id 3"),
            (r#"{"ticket_types": [{"name": "Bug", "category": "x"}]}"#, "ticket type 'Bug'"),
        ];
        for (text, wanted) in cases {
            let error = WorkspaceFile::from_json(text).unwrap_err().to_string();
            assert!(error.contains(wanted), "{error}");
        }
    }
}
