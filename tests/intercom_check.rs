//! Setting up a copy of an Intercom workspace: what `init` writes, what `check` says of region and rights, which field is the key.

use deskferry_sandbox::Settings;
use serde_json::{Value, json};

use crate::support::{Migration, Workspace, repository, text};

/// A migration whose regions are stand-ins: `us` and `eu`.
fn migration(us: &str, eu: &str, settings: &str) -> Migration {
    let spec = std::fs::read_to_string(repository("extract/sources/intercom.toml")).unwrap();
    let spec = spec.replace("https://api.intercom.io", us).replace("https://api.eu.intercom.io", eu);
    let migration =
        Migration::new(&format!("[source]\nkind = \"intercom\"\ntoken = \"${{INTERCOM_TOKEN}}\"\n{settings}\n"));
    std::fs::create_dir(migration.path().join("sources")).unwrap();
    std::fs::write(migration.path().join("sources/intercom.toml"), spec).unwrap();
    migration
}

fn workspace() -> Workspace {
    Workspace::start(&[("Ada".to_owned(), "ada@desk.example".to_owned())], &[])
}

/// Replaces a text of the migration's own spec.
fn change_spec(migration: &Migration, from: &str, to: &str) {
    let path = migration.path().join("sources/intercom.toml");
    let spec = std::fs::read_to_string(&path).unwrap();
    assert!(spec.contains(from), "{from}");
    std::fs::write(path, spec.replace(from, to)).unwrap();
}

#[test]
fn init_writes_what_check_then_takes() {
    let workspace = workspace();
    let migration = migration(&workspace.url, "http://127.0.0.1:9", "");
    std::fs::remove_file(migration.path().join("deskferry.toml")).unwrap();
    let output = migration.run(&["init", "intercom"]);
    assert!(output.status.success() && text(&output.stderr).contains("export INTERCOM_TOKEN, then"));
    let written = std::fs::read_to_string(migration.path().join("deskferry.toml")).unwrap();
    for key in [
        "region = \"us\"",
        "user_id_field",
        "company_id_field",
        "activity_refresh",
        "rate_share",
        "webhook_secret",
        "target",
    ] {
        assert!(written.contains(key), "{key} is not in\n{written}");
    }
    assert!(!written.contains("[intercom]"), "{written}");
    let said = migration.done(&["check"]);
    for wanted in [
        "region US",
        "Ready to extract",
        "about ",
        "external_id of contacts",
        "activity_refresh 7d",
        "rate_share 1",
        "not configured",
    ] {
        assert!(said.contains(wanted), "{wanted} is not in\n{said}");
    }
    // Only `serve` needs it.
    migration.set("[source]\n", "[source]\nwebhook_secret = \"${NOT_SET}\"\n");
    assert!(migration.done(&["check"]).contains("webhook secret not configured"));
    let told: Value = serde_json::from_str(&migration.done(&["--json", "check"])).unwrap();
    assert_eq!([&told["workspace"]["region"], &told["blocks"]], [&json!("US"), &json!(false)]);
}

#[test]
fn a_wrong_region_is_told_with_the_right_one() {
    let here = workspace();
    let other = Workspace::serve(Settings { token: Some("another".to_owned()), ..Settings::default() });
    // Intercom may answer for a workspace that is hosted elsewhere.
    let answering = migration("http://127.0.0.1:9", &here.url, "region = \"eu\"");
    let said = answering.refused(&["check"]);
    assert!(
        said.contains("hosted in the region us, [source] region is eu") && said.contains("region = \"us\""),
        "{said}"
    );
    // Or refuse the token there.
    let refusing = migration(&here.url, &other.url, "region = \"eu\"");
    let said = refusing.refused(&["check"]);
    assert!(said.contains("a workspace in the region us") && said.contains("set region = \"us\""), "{said}");
    let nowhere = migration(&other.url, &other.url, "region = \"eu\"");
    change_spec(&nowhere, "au = \"https://api.au.intercom.io\"\n", "");
    let said = nowhere.refused(&["check"]);
    assert!(said.contains("in none of the regions us, eu"), "{said}");
}

#[test]
fn another_workspace_is_never_added_to_what_is_staged() {
    let (here, other) = (workspace(), workspace());
    here.post("/contacts", json!({ "external_id": "e1", "email": "c@x.example" }));
    let migration = migration(&here.url, &other.url, "region = \"us\"");
    migration.done(&["sync"]);
    change_spec(&migration, &here.url, &other.url);
    for command in [&["sync"][..], &["sync", "--full"], &["extract", "--since-last"]] {
        let said = migration.refused(command);
        assert!(said.contains("token is of the workspace") && said.contains("hint: give the token"), "{said}");
    }
    change_spec(&migration, &format!("us = \"{}\"", other.url), &format!("us = \"{}\"", here.url));
    assert!(migration.done(&["sync"]).contains("0 rows new, changed or gone"));
    assert_eq!(migration.count("SELECT count(*) FROM database.end_users"), 1);
}

#[test]
fn every_table_that_the_token_may_not_read_is_named() {
    let workspace = workspace();
    let migration = migration(&workspace.url, "http://127.0.0.1:9", "region = \"us\"");
    for path in ["\"/contacts\"", "\"/teams\"", "\"/articles\""] {
        change_spec(&migration, &format!("path = {path}"), &format!("path = {}", path.replace("\"/", "\"/no_")));
    }
    let output = migration.run(&["check"]);
    let said = text(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{said}");
    for wanted in [
        "contacts: the token may not read it",
        "teams: the token may not read it",
        "articles: the source refuses it",
        "BLOCKED",
    ] {
        assert!(said.contains(wanted), "{wanted} is not in\n{said}");
    }
}

#[test]
fn settings_that_mean_nothing_are_refused_with_their_line() {
    for (settings, wanted) in [
        ("region = \"mars\"", "line 4: `region` takes one of us, eu, au"),
        ("region = \"us\"\nurl = \"http://x\"", "has both url and region"),
        ("", "no `url` and no `region` (us, eu, au)"),
        ("region = \"us\"\nrate_share = 2", "line 5: `rate_share` takes a number above 0"),
    ] {
        let said = migration("http://127.0.0.1:9", "http://127.0.0.1:9", settings).refused(&["check"]);
        assert!(said.contains(wanted), "{wanted} is not in\n{said}");
    }
}

#[test]
fn the_field_that_is_the_key_is_the_one_that_the_settings_name() {
    let workspace = workspace();
    let attribute = |model: &str, name: &str| {
        workspace.post("/data_attributes", json!({ "name": name, "model": model, "data_type": "string" }));
    };
    attribute("contact", "crm_id");
    attribute("company", "crm_key");
    let contact = json!({ "external_id": "e1", "email": "c@x.example", "custom_attributes": { "crm_id": "C-1" } });
    let contact = workspace.post("/contacts", contact)["id"].as_str().unwrap().to_owned();
    let company = json!({ "company_id": "acme", "name": "Acme", "custom_attributes": { "crm_key": "K-1" } });
    let company = workspace.post("/companies", company)["id"].as_str().unwrap().to_owned();
    workspace.post(&format!("/contacts/{contact}/companies"), json!({ "id": company }));
    let migration = migration(
        &workspace.url,
        "http://127.0.0.1:9",
        "region = \"us\"\nuser_id_field = \"FIRST\"\ncompany_id_field = \"SECOND\"",
    );
    migration.done(&["extract"]);
    let (mut first, mut second) = ("FIRST".to_owned(), "SECOND".to_owned());
    for (user_field, user, company_field, key) in [
        ("external_id", "e1", "company_id", "acme"),
        ("id", contact.as_str(), "id", company.as_str()),
        ("email", "c@x.example", "name", "Acme"),
        ("crm_id", "C-1", "custom_attributes.crm_key", "K-1"),
    ] {
        migration.set(&format!("user_id_field = \"{first}\""), &format!("user_id_field = \"{user_field}\""));
        migration.set(&format!("company_id_field = \"{second}\""), &format!("company_id_field = \"{company_field}\""));
        (first, second) = (user_field.to_owned(), company_field.to_owned());
        migration.done(&["transform"]);
        let found = migration.rows(
            "SELECT external_id FROM database.end_users UNION ALL SELECT external_id FROM database.companies ORDER BY external_id",
        );
        let mut wanted = [user, key];
        wanted.sort_unstable();
        assert_eq!(found, wanted.map(|key| json!({ "external_id": key })), "{user_field} {company_field}");
    }
}
