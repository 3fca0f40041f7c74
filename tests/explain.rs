//! `explain`: one row's whole way, by its source key and by its id in Intercom.

use serde_json::Value;

use crate::support::{demo, repository};

#[test]
fn row_is_told_from_the_raw_one_to_intercom_and_back() {
    let workspace = demo::workspace();
    let desk = demo::desk(&workspace.url);
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
    let thread = thread.as_str().unwrap();
    let first = format!("conversation_parts hesk:reply:5: {id} in Intercom, in conversation {thread}\n");
    assert!(by_id.starts_with(&first), "{by_id}");
    assert!(by_id.contains("\nhesk.replies 5\n") && by_id.contains("\nledger\n"), "{by_id}");

    let rejected = desk.rows("SELECT source_key, reason FROM intercom.rejects LIMIT 1")[0].clone();
    let told = desk.done(&["explain", rejected["source_key"].as_str().unwrap()]);
    assert!(told.contains(&format!("rejected: {}", rejected["reason"].as_str().unwrap())), "{told}");
    let several = desk.run(&["explain", "hesk:ticket:1"]);
    assert!(several.status.success(), "a whole key is meant before the longer ones that begin with it");
    assert!(desk.refused(&["explain", "hesk:ticket:"]).contains("rows; the first 50 are shown"));
    assert!(desk.refused(&["explain", "nothing-like-it"]).contains("nothing has `nothing-like-it`"));
}

#[test]
fn a_newcomer_learns_why_a_ticket_has_no_assignee() {
    let workspace = demo::workspace();
    let desk = demo::desk(&workspace.url);
    let line = |told: &str, begin: &str| told.lines().find(|line| line.starts_with(begin)).unwrap_or(told).to_owned();
    let luc = "Luc Fournier <luc.fournier@larkspur.example>";
    let before = desk.done(&["explain", "hesk:ticket:128"]);
    assert_eq!(
        line(&before, "assignee: "),
        format!(
            "assignee: {luc}; who that is in Intercom is known after `deskferry reconcile`, which reads the workspace back"
        )
    );
    desk.run(&["load"]);
    desk.run(&["reconcile"]);

    let told = desk.done(&["explain", "hesk:ticket:128"]);
    let nobody =
        "nobody in Intercom has this e-mail or name; mia@larkspur.example ([load] placeholder_admin) stands in";
    assert_eq!(line(&told, "assignee: "), format!("assignee: {luc}: {nobody}"));
    assert!(line(&told, "  to change it: ").contains("say in mapping/agents.csv who it is"), "{told}");
    let model = std::fs::read_to_string(repository("sql/hesk/conversations.sql")).unwrap();
    let made_by = line(&told, "  made by sql/hesk/conversations.sql:");
    let at: usize = made_by.split(':').nth(1).unwrap().parse().unwrap();
    assert!(model.lines().nth(at - 1).unwrap().ends_with(" AS assignee_key,"), "{made_by}");
    assert!(line(&told, "team: ").ends_with("no team in Intercom has this name; nobody stands in"), "{told}");

    let gone = desk.done(&["explain", "hesk:ticket:125"]);
    assert!(
        line(&gone, "assignee: ").starts_with("assignee: Temp Agent, who is not on the help desk's staff any more"),
        "{gone}"
    );
    let open = desk.done(&["explain", "hesk:ticket:24"]);
    assert_eq!(line(&open, "assignee: "), "assignee: nobody, as in the help desk");
    // Found by what people have at hand: the tracking id, and the address of the page.
    assert_eq!(desk.done(&["explain", "1N2-8HU-71HU"]), open);
    let address = line(&open, "  Intercom: ").trim().trim_start_matches("Intercom:").trim().to_owned();
    assert_eq!(desk.done(&["explain", &address]), open);
    assert_eq!(workspace.call("GET", address.strip_prefix(&workspace.url).unwrap()).0, 200);
    assert!(desk.done(&["explain", "hesk:message:24"]).contains(": in Intercom, in conversation "));
    assert!(desk.done(&["explain", "hesk:attachment:message:10:2"]).contains(": in Intercom, in message "));
    let kept_back = desk.done(&["explain", "hesk:attachment:message:82:11"]);
    assert!(
        kept_back.starts_with("attachments hesk:attachment:message:82:11: kept back, not in Intercom\n"),
        "{kept_back}"
    );
}
