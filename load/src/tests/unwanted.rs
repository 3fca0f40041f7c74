//! Steps that a dead load left open and that their row no longer has: found out or taken off, and none stays open.

use deskferry_staging::{Context, Manifest};
use futures::{StreamExt as _, stream};
use serde_json::{Value, json};

use super::crash::die;
use super::support::*;
use crate::ledger::{Entry, State};
use crate::{Filter, load};

/// Steps of the ledger of which it is not known whether they were done.
async fn open(context: &Context) -> Vec<String> {
    let is_open = |entry: &Entry| matches!(entry.state, State::Intended | State::Unknown);
    newest_steps(context).await.into_iter().filter(|(_, entry)| is_open(entry)).map(|(name, _)| name).collect()
}

/// A desk whose rows have tags, companies, participants and options, and the same without them.
async fn desks(context: &Context) -> (Value, Value) {
    let mut more = desk(context).await;
    for table in ["notes", "attachments", "custom_objects"] {
        more[table] = json!([]);
    }
    more["conversation_parts"].as_array_mut().unwrap().retain(|part| part["part_type"] == "message");
    let mut fewer = more.clone();
    more["attributes"][1]["options"] = json!(["low", "high", "urgent", "later"]);
    more["attributes"][0]["data_type"] = json!("list");
    more["attributes"][0]["options"] = json!(["1", "2", "3", "4", "5"]);
    fewer["attributes"][0] = more["attributes"][0].clone();
    fewer["attributes"][0]["options"] = json!(["1", "2", "3", "4"]);
    more["articles"][0]["tag_keys"] = json!(["h:tag:1"]);
    more["companies"][0]["tag_keys"] = json!(["h:tag:1"]);
    fewer["companies"][0]["tag_keys"] = json!(null);
    for (row, field) in [("contacts", "tag_keys"), ("contacts", "company_keys"), ("conversations", "tag_keys")] {
        more[row][0][field] = json!([if field == "tag_keys" { "h:tag:2" } else { "h:co:1" }]);
        fewer[row].as_array_mut().unwrap().iter_mut().for_each(|row| row[field] = json!(null));
    }
    more["conversations"][1]["participant_keys"] = json!(["h:contact:3"]);
    fewer["conversations"].as_array_mut().unwrap().iter_mut().for_each(|row| row["participant_keys"] = json!(null));
    (more, fewer)
}

/// What is on each contact, article and conversation of the workspace.
async fn links(url: &str) -> String {
    let of = |line: String| {
        let (kind, json) = line.split_once(' ').unwrap();
        let one: Value = serde_json::from_str(json).unwrap();
        let lists = ["tags", "companies", "contacts"].map(|list| one[list].to_string());
        (kind != "company" && kind != "attribute")
            .then(|| format!("{kind} {} {} {}", one["is"], one["title"], lists.join(" ")))
    };
    contents(url).await.into_iter().filter_map(of).collect::<Vec<_>>().join("\n")
}

/// A stage whose attributes are loaded, with fewer options; what is to be loaded then, and what after that.
async fn begun(url: &str) -> (Context, Manifest, Manifest) {
    let context = context();
    let (more, fewer) = desks(&context).await;
    let (more, fewer) = (publish(&context, &more).await, publish(&context, &fewer).await);
    let attributes = Filter { only: vec!["attributes".into()], ..Filter::default() };
    load(&context, &settings(url), &fewer, &attributes).await.unwrap();
    (context, more, fewer)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_dead_load_may_have_put_on_a_row_is_taken_off_or_found_out() {
    let (_sandbox, url) = sandbox("", None).await;
    let (context, more, fewer) = begun(&url).await;
    let calls = load(&again(&context), &settings(&url), &more, &Filter::default()).await.unwrap().writes();
    load(&again(&context), &settings(&url), &fewer, &Filter::default()).await.unwrap();
    let wanted = &links(&url).await;

    let dies = |(death, at): (Death, u64)| async move {
        let (_sandbox, url) = sandbox("", None).await;
        let (context, more, fewer) = begun(&url).await;
        assert!(die(&context, &more, &url, at, death).await, "{death:?} at {at}");
        let summary = load(&again(&context), &settings(&url), &fewer, &Filter::default()).await.unwrap();
        let bad: u64 = summary.tables.iter().map(|(_, c)| c.rejected + c.unknown + c.not_sent).sum();
        assert_eq!(bad, 0, "{death:?} at {at}: {summary:#?}");
        assert_eq!(open(&context).await, Vec::<String>::new(), "{death:?} at {at}");
        assert_eq!(&links(&url).await, wanted, "{death:?} at {at}: {:#?}", summary.calls);
    };
    // Death before a write is death after the one before it, but for what was heard of that.
    let before = (1..=calls).step_by(3).map(|at| (Death::Before, at));
    let deaths = (1..=calls).map(|at| (Death::After, at)).chain(before);
    stream::iter(deaths).for_each_concurrent(4, dies).await;
}
