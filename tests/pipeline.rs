//! Every desk in `tests/fixtures/` through the whole pipeline: extract, transform, check, load, reconcile, load again.

use std::path::Path;

use serde_json::Value;

use crate::support::{Migration, Workspace, repository};

/// What a desk truly holds, as its generator counted it.
struct Expected(toml::Table);

impl Expected {
    fn read(folder: &Path) -> Self {
        Self(std::fs::read_to_string(folder.join("expected.toml")).unwrap().parse().unwrap())
    }

    fn desk(&self, key: &str) -> Option<&str> {
        self.0["desk"].get(key)?.as_str()
    }

    fn count(&self, key: &str) -> Option<i64> {
        self.0["counts"].get(key)?.as_integer()
    }
}

/// A migration of a fixture desk, extracted and transformed.
fn staged(folder: &Path, expected: &Expected) -> Migration {
    let mut settings = format!(
        "[source]\nkind = \"hesk\"\nurl = \"{0}/dump.sql\"\nattachments = \"{0}/attachments\"\n\
         settings_file = \"{0}/hesk_settings.inc.php\"\ntable_prefix = \"{1}\"\ntimezone = \"{2}\"\n",
        folder.display(),
        expected.desk("prefix").unwrap(),
        expected.desk("timezone").unwrap(),
    );
    if let Some(zone) = expected.desk("database_timezone") {
        settings.push_str(&format!("database_timezone = \"{zone}\"\n"));
    }
    settings.push_str("[intercom]\nurl = \"WORKSPACE\"\n[load]\nplaceholder_admin = \"migration@example.com\"\n");
    let migration = Migration::new(&settings);
    migration.done(&["extract"]);
    migration.done(&["transform"]);
    migration
}

/// A workspace in which every teammate and team is there that the desk needs, and the placeholder.
fn workspace(migration: &Migration) -> Workspace {
    let text = |row: &Value, key: &str| row[key].as_str().unwrap_or_default().to_owned();
    let mut admins = vec![("Migration".to_owned(), "migration@example.com".to_owned())];
    let staff = migration.rows("SELECT name, email FROM intercom.admins WHERE email IS NOT NULL ORDER BY source_key");
    admins.extend(staff.iter().map(|row| (text(row, "name"), text(row, "email"))));
    let teams: Vec<String> = migration
        .rows("SELECT name FROM intercom.teams ORDER BY source_key")
        .iter()
        .map(|row| text(row, "name"))
        .collect();
    let workspace = Workspace::start(&admins, &teams);
    migration.set("WORKSPACE", &workspace.url);
    workspace
}

fn calls_that_write(workspace: &Workspace) -> u64 {
    let stats = workspace.stats();
    let writes = stats["calls"]
        .as_object()
        .unwrap()
        .iter()
        .filter(|(call, _)| !call.starts_with("GET ") && !call.ends_with("/search") && !call.ends_with("/list"));
    writes.flat_map(|(_, by_status)| by_status.as_object().unwrap().values()).map(|n| n.as_u64().unwrap()).sum()
}

fn whole_pipeline(name: &str) {
    let folder = repository("tests/fixtures").join(name);
    let expected = Expected::read(&folder);
    let migration = staged(&folder, &expected);
    let equal = |what: &str, query: &str| {
        if let Some(wanted) = expected.count(what) {
            assert_eq!(migration.count(query), wanted, "{name}: {what}: {query}");
        }
    };
    for (what, table) in [
        ("tickets", "tickets"),
        ("replies", "replies"),
        ("notes", "notes"),
        ("attachments", "attachments"),
        ("users", "users"),
        ("categories", "categories"),
        ("kb_categories", "kb_categories"),
        ("kb_articles", "kb_articles"),
        ("canned", "std_replies"),
        ("templates", "ticket_templates"),
        ("customers", "customers"),
    ] {
        equal(what, &format!("SELECT count(*) FROM hesk.{table}"));
    }
    equal(
        "tickets",
        "SELECT count(*) + (SELECT count(*) FROM intercom.rejects WHERE table_name = 'conversations') FROM intercom.conversations",
    );
    equal(
        "replies_staff",
        "SELECT count(*) FROM intercom.conversation_parts WHERE part_type = 'comment' AND author_type = 'admin'",
    );
    equal(
        "replies_customer",
        "SELECT count(*) FROM intercom.conversation_parts WHERE part_type = 'comment' AND author_type = 'contact'",
    );
    equal("history_lines", "SELECT count(*) FROM intercom.conversation_parts WHERE source_key LIKE 'hesk:history:%'");
    equal("attachments_with_file", "SELECT count(DISTINCT key) FROM hesk.files WHERE table_name = 'attachments'");
    equal(
        "custom_fields_in_use",
        "SELECT count(*) FROM intercom.attributes WHERE source_key LIKE 'hesk:custom_field:%'",
    );
    equal("kb_categories", "SELECT count(*) FROM intercom.collections");
    equal("kb_articles", "SELECT count(*) FROM intercom.articles");
    equal("canned", "SELECT count(*) FROM intercom.saved_replies");

    let workspace = workspace(&migration);
    migration.done(&["check"]);
    migration.done(&["load"]);
    let sent = calls_that_write(&workspace);
    assert!(sent > 0, "{name}: load sent nothing");
    migration.done(&["reconcile"]);
    migration.done(&["load"]);
    assert_eq!(calls_that_write(&workspace), sent, "{name}: the second load has written");

    let secrets = secrets_in(&migration.path().join("staging"));
    assert!(secrets.is_empty(), "{name}: a secret reached the stage: {secrets:?}");
}

/// Texts that mark secrets of the fixtures, wherever they appear in staged rows.
fn secrets_in(stage: &Path) -> Vec<String> {
    let script = r#"
import sys, glob, duckdb
found = []
for path in glob.glob(sys.argv[1] + '/*/*/*/*.parquet') + glob.glob(sys.argv[1] + '/ledger/*/*.parquet'):
    for row in duckdb.sql(f"SELECT * FROM read_parquet('{path}', hive_partitioning=false)").fetchall():
        if any(isinstance(v, str) and 'canary' in v.lower() and 'canary-unreferenced' not in v.lower() for v in row):
            found.append(path + ': ' + str(row)[:300])
for path in glob.glob(sys.argv[1] + '/files/*/*'):
    if b'canary' in open(path, 'rb').read().lower():
        found.append(path)
print('\n'.join(found))
"#;
    let output = std::process::Command::new(crate::stores::python()).args(["-c", script]).arg(stage).output().unwrap();
    assert!(output.status.success(), "DuckDB cannot open the stage: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).lines().filter(|l| !l.is_empty()).map(str::to_owned).collect()
}

#[test]
fn hesk_2_5_2_goes_through() {
    whole_pipeline("hesk-2.5.2");
}

#[test]
fn hesk_2_8_4_goes_through() {
    whole_pipeline("hesk-2.8.4");
}

#[test]
fn hesk_3_2_3_goes_through() {
    whole_pipeline("hesk-3.2.3");
}

#[test]
fn hesk_3_5_3_goes_through() {
    whole_pipeline("hesk-3.5.3");
}

#[test]
fn hesk_3_6_4_goes_through() {
    whole_pipeline("hesk-3.6.4");
}

#[test]
fn hesk_3_7_11_goes_through() {
    whole_pipeline("hesk-3.7.11");
}

#[test]
fn mods_for_hesk_goes_through() {
    whole_pipeline("hesk-mods");
}
