//! Steps whose outcome is not known, at every state in which a loader can have died: what was executed is given as one set of
//! tables, what the dead loader intended as another, and what is wanted now as a third.

use deskferry_staging::Context;
use serde_json::{Value, json};

use super::support::*;
use crate::ledger::{Entry, LOAD, Rows, State, to_batch};
use crate::{Filter, Summary, load};

/// A desk with what is hard to tell apart: twins with replies of their own, equal notes by two authors, articles of one title.
async fn hard_desk(context: &Context) -> Value {
    let mut desk = desk(context).await;
    let reply = |of: &str, author: &str| {
        json!({ "source_key": format!("{of}#2"), "conversation_key": of, "position": 2, "part_type": "comment",
                "author_type": "admin", "author_key": author, "author_name": "x", "body": format!("<p>for {of}</p>"),
                "created_at": 1_600_000_500 })
    };
    let parts = desk["conversation_parts"].as_array_mut().unwrap();
    parts.insert(6, reply("h:ticket:2", "h:admin:1"));
    parts.push(reply("h:ticket:3", "h:admin:2"));
    desk["conversations"][1]["tag_keys"] = json!(["h:tag:1"]);
    desk["conversations"][2]["participant_keys"] = json!(["h:contact:4"]);
    let note = |n: u64, author: &str| {
        json!({ "source_key": format!("h:note:{n}"), "parent_key": "h:contact:1", "author_key": author,
                "body": "<p>calls often</p>", "created_at": 1_600_000_000 })
    };
    desk["notes"].as_array_mut().unwrap().extend([note(2, "h:admin:2"), note(3, "h:admin:1")]);
    let article = json!({ "source_key": "h:art:3", "parent_key": "h:cat:2", "author_key": "h:admin:1", "title": "Two",
                          "body": "<p>another text</p>", "state": "published", "position": 3 });
    desk["articles"].as_array_mut().unwrap().push(article);
    let internal = |n: u64| json!({ "source_key": format!("h:int:{n}"), "author_key": "h:admin:1", "title": "For us", "body": format!("<p>of {n}</p>") });
    desk["internal_articles"] = json!([internal(1), internal(2)]);
    desk
}

/// `desk` without the rows of these keys and what hangs on them.
fn without(desk: &Value, keys: &[&str]) -> Value {
    let mut desk = desk.clone();
    for (_, rows) in desk.as_object_mut().unwrap() {
        let is_gone = |row: &Value| {
            ["source_key", "conversation_key", "part_key"].iter().any(|f| keys.iter().any(|key| row[*f] == **key))
        };
        rows.as_array_mut().unwrap().retain(|row| !is_gone(row));
    }
    desk
}

/// A ledger that has the intents of another and no outcome.
async fn intents_of(from: &Context, to: &Context) {
    let log = from.staging.log("ledger", "entries").unwrap();
    let (mut entries, mut number) = (Vec::<Entry>::new(), 1);
    while let Some(batches) = log.segment(number).await.unwrap() {
        for batch in &batches {
            let rows = Rows::new(batch).unwrap();
            entries.extend((0..rows.len()).map(|row| rows.entry(row).unwrap()));
        }
        number += 1;
    }
    entries.retain(|e| e.state == State::Intended || (e.table == LOAD && e.step == "begin"));
    let log = to.staging.log("ledger", "entries").unwrap();
    log.append(1, &to_batch(1, "dead", &entries).unwrap()).await.unwrap();
}

/// What a load makes of a workspace in which `executed` was done, by a loader that had intended `intended` and died: its summary,
/// the workspace, and the workspace as it would be without any trouble.
async fn resumed(executed: &Value, intended: &Value, wanted: &Value) -> (Summary, Vec<String>, Vec<String>) {
    let (summary, found, wanted, _) = resumed_on(executed, intended, wanted).await;
    (summary, found, wanted)
}

/// The same, and the stage of that load.
async fn resumed_on(
    executed: &Value,
    intended: &Value,
    wanted: &Value,
) -> (Summary, Vec<String>, Vec<String>, Context) {
    let filter = Filter::default();
    let (_calm, calm_url) = sandbox("", None).await;
    let calm = context();
    hard_desk(&calm).await;
    let manifest = publish(&calm, intended).await;
    load(&calm, &settings(&calm_url), &manifest, &filter).await.unwrap();

    let (_sandbox, url) = sandbox("", None).await;
    let dead = context();
    hard_desk(&dead).await;
    let manifest = publish(&dead, executed).await;
    load(&dead, &settings(&url), &manifest, &filter).await.unwrap();

    let next = context();
    hard_desk(&next).await;
    intents_of(&calm, &next).await;
    let manifest = publish(&next, wanted).await;
    let summary = load(&next, &settings(&url), &manifest, &filter).await.unwrap();
    (summary, contents(&url).await, contents(&calm_url).await, next)
}

fn open(summary: &Summary) -> Vec<(String, u64)> {
    let open = summary.tables.iter().map(|(table, c)| (table.clone(), c.unknown + c.rejected + c.not_sent));
    open.filter(|(_, count)| *count > 0).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_is_found_again_whatever_of_it_was_executed() {
    let desk = hard_desk(&context()).await;
    for missing in [
        &[][..],
        &["h:ticket:2"],
        &["h:ticket:3"],
        &["h:ticket:1", "h:ticket:2", "h:ticket:3"],
        &["h:note:1"],
        &["h:note:2", "h:note:3"],
        &["h:art:2"],
        &["h:art:3", "h:cat:1"],
    ] {
        // A collection takes what lies in it along.
        let missing = if missing.contains(&"h:cat:1") {
            &["h:art:3", "h:art:1", "h:art:2", "h:cat:2", "h:cat:1"]
        } else {
            missing
        };
        let (summary, found, wanted) = resumed(&without(&desk, missing), &desk, &desk).await;
        assert_eq!(open(&summary), [], "without {missing:?}");
        assert_eq!(found.join("\n"), wanted.join("\n"), "without {missing:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_that_changed_since_are_brought_up_to_date_or_unknown_and_never_doubled() {
    let old = hard_desk(&context()).await;
    let mut new = old.clone();
    new["contacts"][3]["name"] = json!("New name");
    new["notes"][0]["body"] = json!("<p>calls no more</p>");
    new["articles"][2]["body"] = json!("<p>a new text</p>");
    new["collections"][1]["description"] = json!("what is inside");
    new["conversation_parts"][0]["body"] = json!("another opening");
    let (summary, found, wanted) = resumed(&old, &old, &new).await;
    let unknown = |table: &str| summary.tables.iter().find(|(t, _)| t == table).unwrap().1.unknown;
    assert_eq!((unknown("notes"), unknown("articles"), unknown("conversations")), (1, 1, 1), "{summary:#?}");
    assert_eq!((unknown("contacts"), unknown("collections")), (0, 0));
    let changed = |lines: &[String]| -> Vec<String> {
        let named = |line: &&String| line.starts_with("contact ") && line.contains("h:4\"");
        lines.iter().filter(named).cloned().collect()
    };
    assert!(changed(&found)[0].contains("New name") && changed(&wanted)[0].contains("Contact 4"));
    assert!(found.iter().any(|line| line.contains("what is inside")));
    let rest = |lines: &[String]| -> Vec<String> {
        let is_rest = |line: &&String| !line.contains("h:4\"") && !line.starts_with("collection");
        lines.iter().filter(is_rest).cloned().collect()
    };
    assert_eq!(rest(&found).join("\n"), rest(&wanted).join("\n"), "nothing was doubled");
}

#[tokio::test(flavor = "multi_thread")]
async fn threads_whose_contact_or_time_changed_since_are_unknown_and_never_doubled() {
    let old = hard_desk(&context()).await;
    let mut new = old.clone();
    new["conversations"][0]["created_at"] = json!(1_600_000_030);
    new["conversations"][1]["contact_key"] = json!("h:contact:3");
    for executed in [old.clone(), without(&old, &["h:ticket:1", "h:ticket:2", "h:ticket:3"])] {
        let (summary, found, _) = resumed(&executed, &old, &new).await;
        let conversations = summary.tables.iter().find(|(table, _)| table == "conversations").unwrap().1;
        assert_eq!((conversations.unknown, conversations.rejected), (2, 0), "{summary:#?}");
        let found: Vec<_> = found.iter().filter(|line| line.starts_with("conversation ")).collect();
        let was_executed = executed == old;
        assert_eq!(found.len(), if was_executed { 3 } else { 1 }, "{found:#?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_may_be_on_a_thread_that_is_unknown_stays_open_though_its_row_no_longer_has_it() {
    let old = hard_desk(&context()).await;
    let mut new = old.clone();
    new["conversation_parts"][0]["body"] = json!("another opening");
    new["conversations"][0]["tag_keys"] = json!(null);
    let (summary, _, _, stage) = resumed_on(&old, &old, &new).await;
    assert_eq!(open(&summary)[0], ("conversations".to_owned(), 1));
    let steps = newest_steps(&stage).await;
    for tag in ["h:tag:1", "h:tag:2"] {
        let step = &steps[&format!("conversations h:ticket:1 tag:{tag}")];
        assert_eq!(step.state, State::Intended, "{step:?}");
    }
}
