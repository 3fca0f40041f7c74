//! The version of a Hesk by its tables and columns, newest first, as Hesk's own update script tells it
//! (`hesk_iDetectVersion` in install/update.php of 3.7.11). People add columns and forks create tables ahead of their time, so
//! this is a remark for the user; the models look at the columns themselves.

use crate::reader::Survey;

/// The version, or the span of versions with these tables; `None` where nothing fits.
pub(crate) fn detect(survey: &Survey) -> Option<String> {
    if survey.version.is_some() {
        return survey.version.clone();
    }
    let table = |name: &str| survey.table(name).is_some();
    let column =
        |name: &str, column: &str| survey.table(name).and_then(|t| t.column(column)).map(str::to_ascii_lowercase);
    let has = |name: &str, of: &str| column(name, of).is_some();
    let is = |name: &str, of: &str, wanted: &str| column(name, of).is_some_and(|t| t.starts_with(wanted));

    let rules: [(bool, &str); 17] = [
        (table("muted_emails") && is("reset_password", "hash", "char(64)"), "3.7.8 or later"),
        (table("muted_emails"), "3.7.0 to 3.7.7"),
        (table("ticket_to_collaborator"), "3.6"),
        (table("customers") && is("tickets", "eid", "varchar(1000)"), "3.5.2 or 3.5.3"),
        (table("customers"), "3.5.0 or 3.5.1"),
        (table("oauth_providers"), "3.4"),
        (table("auth_tokens"), "3.3"),
        (table("log_overdue"), "3.2"),
        (is("tickets", "name", "varchar(255)") && table("custom_fields"), "2.8.3 to 3.1"),
        (has("service_messages", "language"), "2.8.2"),
        (has("tickets", "assignedby"), "2.8.0 or 2.8.1"),
        (table("custom_fields") || table("custom_statuses"), "2.7"),
        (table("service_messages") || table("ticket_templates") || table("banned_emails"), "2.6"),
        (table("pipe_loops") && has("kb_categories", "articles_private"), "2.5"),
        (table("pipe_loops"), "2.4"),
        (table("online") || table("logins"), "2.3"),
        (table("tickets") && table("kb_attachments"), "2.1 or 2.2"),
    ];
    let version = rules.into_iter().find(|(holds, _)| *holds)?.1;
    let mods = table("statuses") || table("text_to_status_xref");
    Some(if mods { format!("{version} with Mods for HESK") } else { version.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reader::SourceTable;

    fn survey(tables: &[(&str, &[(&str, &str)])]) -> Survey {
        let table = |(name, columns): &(&str, &[(&str, &str)])| SourceTable {
            name: (*name).to_owned(),
            columns: columns.iter().map(|(n, t)| ((*n).to_owned(), (*t).to_owned())).collect(),
            rows: None,
        };
        Survey { tables: tables.iter().map(table).collect(), ..Survey::default() }
    }

    #[test]
    fn newest_mark_decides() {
        let v = |tables: &[(&str, &[(&str, &str)])]| detect(&survey(tables));
        let tickets: (&str, &[(&str, &str)]) = ("tickets", &[("name", "varchar(255)"), ("assignedby", "mediumint(8)")]);
        assert_eq!(v(&[tickets, ("oauth_providers", &[]), ("auth_tokens", &[])]).as_deref(), Some("3.4"));
        let newest: &[(&str, &[(&str, &str)])] =
            &[tickets, ("muted_emails", &[]), ("reset_password", &[("hash", "char(64)")])];
        assert_eq!(v(newest).as_deref(), Some("3.7.8 or later"));
        assert_eq!(v(&[tickets, ("custom_fields", &[])]).as_deref(), Some("2.8.3 to 3.1"));
        assert_eq!(
            v(&[("pipe_loops", &[]), ("kb_categories", &[("articles_private", "int")])]).as_deref(),
            Some("2.5")
        );
        assert_eq!(v(&[("tickets", &[])]), None);
        assert_eq!(
            v(&[("custom_fields", &[]), ("statuses", &[]), ("tickets", &[("assignedby", "int")])]).as_deref(),
            Some("2.8.0 or 2.8.1 with Mods for HESK")
        );
    }
}
