//! A whole small load, a second one, changes, refusals.

use serde_json::json;

use super::support::*;
use crate::{Counts, Error, Filter, Summary, load};

fn counts(summary: &Summary, table: &str) -> Counts {
    summary.tables.iter().find(|(t, _)| t == table).map(|(_, c)| *c).unwrap_or_default()
}

fn all_rows(summary: &Summary, f: impl Fn(&Counts) -> u64) -> u64 {
    summary.tables.iter().map(|(_, c)| f(c)).sum()
}

#[tokio::test(flavor = "multi_thread")]
async fn small_desk_is_loaded_whole_and_the_second_load_sends_nothing() {
    let (_sandbox, url) = sandbox("", None).await;
    let context = context();
    let manifest = publish(&context, &desk(&context).await).await;
    let summary = load(&context, &settings(&url), &manifest, &Filter::default()).await.unwrap();
    assert_eq!(all_rows(&summary, |c| c.rejected + c.unknown + c.not_sent + c.drift), 0, "{summary:#?}");
    assert_eq!(counts(&summary, "conversations").created, 3);
    assert_eq!(counts(&summary, "conversation_parts").created, 7);
    assert_eq!(counts(&summary, "attachments").created, 13);
    assert_eq!(counts(&summary, "contacts").created, 4);
    let contents = contents(&url).await.join("\n");
    println!("{contents}\n{:#?}", summary.calls);
    assert!(contents.contains("<p><em>Zoë &lt;x&gt; wrote:</em></p>"), "{contents}");

    let before = writes(&url).await;
    let second = load(&again(&context), &settings(&url), &manifest, &Filter::default()).await.unwrap();
    assert_eq!(writes(&url).await, before);
    assert_eq!(all_rows(&second, |c| c.rows), all_rows(&second, |c| c.same), "{second:#?}");
    assert!(second.calls.is_empty());
}
