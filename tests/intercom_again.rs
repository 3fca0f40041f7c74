//! A copy of an Intercom workspace that is brought up to date: what is in no list stays without being asked for again, and who was
//! merged is found under the one who is left.

use serde_json::{Value, json};

use crate::support::{Migration, Workspace};

fn start() -> Workspace {
    Workspace::start(&[("Ada".to_owned(), "ada@desk.example".to_owned())], &[])
}

fn copy(workspace: &Workspace) -> Migration {
    Migration::new(&format!(
        "[source]\nkind = \"intercom\"\nurl = \"{}\"\ntoken = \"${{INTERCOM_TOKEN}}\"\nwebhook_secret = \"${{NOT_SET}}\"\n",
        workspace.url
    ))
}

fn id(made: &Value) -> String {
    made["id"].as_str().unwrap().to_owned()
}

fn company(workspace: &Workspace, key: &str) -> String {
    id(&workspace.post("/companies", json!({ "company_id": key, "name": format!("{key} & Sons") })))
}

fn contact(workspace: &Workspace, body: Value) -> String {
    id(&workspace.post("/contacts", body))
}

/// A conversation of a contact, begun by them.
fn conversation(workspace: &Workspace, role: &str, contact: &str) -> String {
    let opened = workspace.post(
        "/conversations",
        json!({ "from": { "type": role, "id": contact }, "body": "hello", "created_at": 1_600_000_000 }),
    );
    opened["conversation_id"].as_str().unwrap().to_owned()
}

fn about(workspace: &Workspace, conversation: &str, company: &str) {
    let path = format!("/conversations/{conversation}");
    assert_eq!(workspace.call_with("PUT", &path, &json!({ "company_id": company })).0, 200);
}

/// Calls for one company by its id, so far.
fn asked(workspace: &Workspace) -> u64 {
    let calls = workspace.stats()["calls"].clone();
    let answers = calls["GET /companies/{company_id}"].as_object().cloned().unwrap_or_default();
    answers.values().map(|count| count.as_u64().unwrap()).sum()
}

fn sync(migration: &Migration, arguments: &[&str]) -> Value {
    serde_json::from_str(&migration.done(&[&["--json", "sync"], arguments].concat())).unwrap()
}

/// Names of the companies of the copy; with `-` in front, where Intercom has no more of it than that it is named.
fn companies(migration: &Migration) -> Vec<String> {
    let rows = migration.rows("SELECT name, archived FROM database.companies ORDER BY name, archived");
    let name = |row: &Value| row["name"].as_str().unwrap_or("nobody").to_owned();
    rows.iter().map(|row| if row["archived"] == true { format!("-{}", name(row)) } else { name(row) }).collect()
}

#[test]
fn companies_that_no_list_has_stay_and_are_asked_for_once() {
    let workspace = start();
    let user = contact(&workspace, json!({ "external_id": "u1", "email": "u@x.example" }));
    let (listed, leaving) = (company(&workspace, "listed"), company(&workspace, "leaving"));
    for company in [&listed, &leaving] {
        workspace.post(&format!("/contacts/{user}/companies"), json!({ "id": company }));
    }
    let (lonely, deleted) = (company(&workspace, "lonely"), company(&workspace, "deleted"));
    workspace.post(&format!("/companies/{lonely}/notes"), json!({ "body": "<p>pays late</p>" }));
    for company in [&lonely, &deleted] {
        about(&workspace, &conversation(&workspace, "user", &user), company);
    }
    assert_eq!(workspace.call("DELETE", &format!("/companies/{deleted}")).0, 200);

    let migration = copy(&workspace);
    sync(&migration, &[]);
    let all = ["leaving & Sons", "listed & Sons", "lonely & Sons", "-nobody"];
    assert_eq!((companies(&migration), asked(&workspace)), (all.map(str::to_owned).to_vec(), 2));
    let notes = "SELECT text FROM database.notes";
    assert_eq!(migration.rows(notes), [json!({ "text": "pays late" })]);
    for _ in 0..2 {
        let again = sync(&migration, &[]);
        assert_eq!((&again["mode"], &again["changed"], asked(&workspace)), (&json!("delta"), &json!(0), 2), "{again}");
    }
    let written = "SELECT coalesce(sum(new_rows + changed_rows + gone_rows), 0) AS n FROM runs.tables
        WHERE schema_name = 'intercom_live' AND table_name = 'companies'";
    let before = migration.count(written);
    // Nobody belongs to it any more, and nothing names it.
    assert_eq!(workspace.call("DELETE", &format!("/contacts/{user}/companies/{leaving}")).0, 200);
    sync(&migration, &[]);
    assert_eq!((companies(&migration), asked(&workspace)), (all.map(str::to_owned).to_vec(), 3));
    let after = migration.count(written);
    assert!(after > before);
    sync(&migration, &[]);
    assert_eq!((migration.count(written), asked(&workspace)), (after, 3));

    // All of it is read again: what was there is asked for besides the list, and the one that is named and not there, once.
    workspace.call_with("PUT", &format!("/companies/{lonely}"), &json!({ "name": "lonely & Daughters" }));
    let whole = sync(&migration, &["--full"]);
    let all = ["leaving & Sons", "listed & Sons", "lonely & Daughters", "-nobody"].map(str::to_owned).to_vec();
    assert_eq!((&whole["mode"], companies(&migration), asked(&workspace)), (&json!("full"), all.clone(), 6));
    assert_eq!(migration.rows(notes), [json!({ "text": "pays late" })]);
    sync(&migration, &[]);
    assert_eq!((companies(&migration), asked(&workspace)), (all, 6));
    // A list that has it again tells how it is.
    workspace.post(&format!("/contacts/{user}/companies"), json!({ "id": lonely }));
    workspace.call_with("PUT", &format!("/companies/{lonely}"), &json!({ "name": "lonely no more" }));
    sync(&migration, &[]);
    assert!(companies(&migration).contains(&"lonely no more".to_owned()));
    assert_eq!(asked(&workspace), 6);
}

#[test]
fn threads_of_merged_people_lead_to_the_one_who_is_left() {
    let workspace = start();
    let user = contact(&workspace, json!({ "external_id": "u1", "email": "u@x.example", "name": "User" }));
    let lead = contact(&workspace, json!({ "role": "lead", "name": "Visitor", "email": "v@x.example" }));
    let silent = contact(&workspace, json!({ "role": "lead", "name": "Silent" }));
    let thread = conversation(&workspace, "lead", &lead);
    let migration = copy(&workspace);
    sync(&migration, &[]);
    let key = |id: &str| format!("intercom:contact:{id}");
    let person = |id: &str| {
        let query = "SELECT role, name, archived, merged_into_key FROM database.end_users WHERE intercom_id =";
        migration.rows(&format!("{query} '{id}'"))
    };
    let whose = || {
        let query = "SELECT end_user_key, end_user_keys FROM database.transcripts WHERE intercom_id =";
        migration.rows(&format!("{query} '{thread}'"))
    };
    assert_eq!(whose(), [json!({ "end_user_key": key(&lead), "end_user_keys": json!([key(&lead)]).to_string() })]);
    assert_eq!(
        person(&lead),
        [json!({ "role": "lead", "name": "Visitor", "archived": false, "merged_into_key": null })]
    );

    for from in [&lead, &silent] {
        workspace.post("/contacts/merge", json!({ "from": from, "into": user }));
    }
    sync(&migration, &[]);
    assert_eq!(whose(), [json!({ "end_user_key": key(&user), "end_user_keys": json!([key(&user)]).to_string() })]);
    let merged = |name: Value| json!({ "role": "lead", "name": name, "archived": true, "merged_into_key": key(&user) });
    assert_eq!(person(&lead), [merged(json!("Visitor"))]);
    // No thread names it, but the merge does.
    assert_eq!(person(&silent), [merged(Value::Null)]);
    assert_eq!(person(&user), [json!({ "role": "user", "name": "User", "archived": false, "merged_into_key": null })]);
    let known = migration.rows("SELECT end_user_key FROM database.knowledge");
    assert!(!known.is_empty() && known.iter().all(|row| row["end_user_key"] == json!(key(&user))), "{known:?}");
}
