//! Members of rows: which declared ones are nowhere, which undeclared ones are there, and which of these may be those.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::rest::row::find;
use crate::spec::{Column, Table};

/// Words that APIs use for the same, without case and without what joins them.
const SYNONYMS: &[&[&str]] = &[
    &["createddate", "createdat", "created", "creationdate", "datecreated", "createtime", "createdon", "createdtime"],
    &[
        "updateddate",
        "updatedat",
        "updated",
        "lastmodifieddate",
        "modifieddate",
        "modified",
        "dateupdated",
        "lastupdated",
        "updatetime",
        "modifiedat",
    ],
    &["closeddate", "closedat", "closed", "dateclosed", "closetime"],
    &["content", "body", "text", "message", "notes", "htmlbody"],
    &["subject", "title", "shortdescr", "summary", "topic"],
    &["name", "title", "displayname", "fullname"],
    &["email", "emailaddress", "mail"],
    &["phone", "phonenumber", "mobile", "telephone"],
    &["userid", "agentid", "authorid", "ownerid", "createdby"],
    &["url", "link", "downloadurl", "href"],
    &["filename", "name", "originalname"],
    &["size", "filesize", "bytes", "contentlength"],
    &["contenttype", "mimetype", "type"],
];

/// A name without case and without what joins its words.
pub(super) fn plain(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// What was seen of the members of some rows.
pub(super) struct Seen<'t> {
    /// Declared columns that no row has, at none of their places.
    pub(super) missing: Vec<&'t Column>,
    /// Places that rows have and no column declares; one level into objects.
    pub(super) undeclared: Vec<String>,
}

/// Looks through rows. `filled`: columns that no row need have; `insides`: members with rows of other tables.
pub(super) fn seen<'t>(table: &'t Table, rows: &[&Value], filled: &[&str], insides: &[&str]) -> Seen<'t> {
    let has = |place: &str| rows.iter().any(|row| find(row, place).is_some());
    let is_missing =
        |column: &&Column| !filled.contains(&column.name.as_str()) && !column.places().iter().any(|place| has(place));
    let missing = table.columns.iter().filter(is_missing).collect();
    let declared: BTreeSet<&str> = table.columns.iter().flat_map(|c| c.places()).map(String::as_str).collect();
    let first = |place: &str| place.split('.').next().unwrap_or_default().to_owned();
    let begun: BTreeSet<String> =
        declared.iter().map(|place| first(place)).chain(insides.iter().map(|i| first(i))).collect();
    let mut undeclared = BTreeSet::new();
    for (name, value) in rows.iter().filter_map(|row| row.as_object()).flatten() {
        if !begun.contains(name) {
            undeclared.insert(name.clone());
        }
        // What is kept whole is all there already.
        let members = value.as_object().filter(|_| !declared.contains(name.as_str()));
        for inner in members.into_iter().flat_map(|members| members.keys()) {
            let place = format!("{name}.{inner}");
            if !declared.contains(place.as_str()) {
                undeclared.insert(place);
            }
        }
    }
    Seen { missing, undeclared: undeclared.into_iter().collect() }
}

/// Of some places the one that is most like a missing column's; only one that no other column may mean as well.
pub(super) fn alike<'p>(places: &[String], undeclared: &'p [String]) -> Option<&'p str> {
    let score = |candidate: &str| places.iter().filter_map(|place| likeness(place, candidate)).min();
    let mut scored: Vec<(u32, &str)> = undeclared.iter().filter_map(|c| Some((score(c)?, c.as_str()))).collect();
    scored.sort();
    match scored[..] {
        [] => None,
        // Two that are as like each other cannot be told apart.
        [(first, _), (second, _), ..] if first == second && first > 0 => None,
        [(_, name), ..] => Some(name),
    }
}

/// How far a name is from another; `None` where they are not alike.
fn likeness(place: &str, candidate: &str) -> Option<u32> {
    let (a, b) = (plain(place), plain(candidate));
    if a == b {
        return Some(0);
    }
    let is_member = !candidate.contains('.');
    if is_member && SYNONYMS.iter().any(|words| words.contains(&a.as_str()) && words.contains(&b.as_str())) {
        return Some(1);
    }
    let distance = distance(&a, &b);
    // Of long names two letters may be other ones, of short ones one.
    let slips = match a.chars().count() {
        0..6 => 0,
        6..9 => 1,
        _ => 2,
    };
    (is_member && distance <= slips).then_some(1 + distance)
}

/// Letters that have to be changed, added or taken away.
fn distance(a: &str, b: &str) -> u32 {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<u32> = (0..=b.len() as u32).collect();
    for (at, letter) in a.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], at as u32 + 1);
        for (column, other) in b.iter().enumerate() {
            let changed = diagonal + u32::from(letter != *other);
            diagonal = row[column + 1];
            row[column + 1] = changed.min(row[column] + 1).min(diagonal + 1);
        }
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_alike_by_case_joints_synonyms_and_slips() {
        let undeclared: Vec<String> =
            ["created_at", "OwnerIds", "contact", "contact.id", "mail", "descripton", "state"]
                .map(str::to_owned)
                .to_vec();
        let alike = |place: &str| alike(&[place.to_owned()], &undeclared);
        assert_eq!(alike("createdDate"), Some("created_at"));
        assert_eq!(alike("ownerIds"), Some("OwnerIds"));
        assert_eq!(alike("contactId"), Some("contact.id"));
        assert_eq!(alike("email"), Some("mail"));
        assert_eq!(alike("description"), Some("descripton"));
        assert_eq!((alike("status"), alike("priority"), alike("id")), (None, None, None));
    }
}
