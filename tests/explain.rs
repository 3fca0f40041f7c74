//! `explain`: one row's whole way, by its source key and by its id in Intercom.

use serde_json::Value;

use crate::support::{Migration, Workspace, repository};

#[test]
fn row_is_told_from_the_raw_one_to_intercom_and_back() {
    let workspace = Workspace::start(&[("Mia".to_owned(), "mia@larkspur.example".to_owned())], &[]);
    let folder = repository("cli/demo");
    let desk = Migration::new(&format!(
        "[source]\nkind = \"hesk\"\nurl = \"{0}/desk.sql.gz\"\nattachments = \"{0}/attachments\"\ntimezone = \"America/New_York\"\n\
         [intercom]\nurl = \"{1}\"\n[load]\nplaceholder_admin = \"mia@larkspur.example\"\n",
        folder.display(),
        workspace.url
    ));
    desk.done(&["extract"]);
    desk.done(&["transform"]);
    let explain = |key: &str| -> Value { serde_json::from_str(&desk.done(&["--json", "explain", key])).unwrap() };

    let before = explain("hesk:reply:5");
    assert_eq!((&before["table"], &before["intercom_id"]), (&"conversation_parts".into(), &Value::Null));
    let raw = &before["sources"][0];
    assert_eq!(
        (&raw["table"], &raw["id"], &raw["versions"][0]["id"]),
        (&"hesk.replies".into(), &"5".into(), &5.into())
    );
    assert!(desk.path().join("staging").join(raw["files"][0].as_str().unwrap()).exists());
    assert_eq!(before["models"][0]["file"], "sql/hesk/conversation_parts.sql");
    assert!(before["checks"].as_array().unwrap().contains(&"part_has_body".into()));
    let call = &before["calls"][0];
    assert_eq!(call["path"], "/conversations/<conversations hesk:ticket:3>/reply");
    assert!(call["body"]["body"].as_str().unwrap().contains("パッドの交換"), "{call}");

    desk.run(&["load"]);
    let after = explain("hesk:reply:5");
    let (id, thread) = (after["intercom_id"].as_str().unwrap(), explain("hesk:ticket:3")["intercom_id"].clone());
    assert_eq!(after["calls"][0]["path"], format!("/conversations/{}/reply", thread.as_str().unwrap()));
    let (status, held) = workspace.call("GET", &format!("/conversations/{}", thread.as_str().unwrap()));
    let parts = held["conversation_parts"]["conversation_parts"].as_array().unwrap();
    assert!(status == 200 && parts.iter().any(|part| part["id"] == id), "{id} in {parts:?}");
    let last = after["ledger"].as_array().unwrap().last().unwrap();
    assert_eq!((&last["step"], &last["state"]), (&"create".into(), &"done".into()));
    assert!(!last["request_id"].as_str().unwrap().is_empty());
    let by_id = desk.done(&["explain", id, "--table", "conversation_parts"]);
    assert!(by_id.starts_with(&format!("conversation_parts hesk:reply:5: {id} in Intercom\n")), "{by_id}");
    assert!(by_id.contains("\nhesk.replies 5\n") && by_id.contains("\nledger\n"), "{by_id}");

    let rejected = desk.rows("SELECT source_key, reason FROM intercom.rejects LIMIT 1")[0].clone();
    let told = desk.done(&["explain", rejected["source_key"].as_str().unwrap()]);
    assert!(told.contains(&format!("rejected: {}", rejected["reason"].as_str().unwrap())), "{told}");
    let several = desk.run(&["explain", "hesk:ticket:1"]);
    assert!(several.status.success(), "a whole key is meant before the longer ones that begin with it");
    assert!(desk.refused(&["explain", "hesk:ticket:"]).contains("rows; the first 50 are shown"));
    assert!(desk.refused(&["explain", "nothing-like-it"]).contains("nothing has `nothing-like-it`"));
}
