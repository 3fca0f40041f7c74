//! The messages of a workspace become threads in bounded memory, whatever their number.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray, Int64Array, RecordBatch, StringArray};
use arrow::datatypes::Int64Type;
use chrono::DateTime;
use deskferry_staging::{Context, RunId, Stage, Staging};
use deskferry_transform::{Inputs, Rebuild, transform};
use futures::StreamExt as _;

const BODY: &str =
    "<p>My printer &quot;X &amp; Y&quot; says error 17, see <a href=\"https://x.example/17\">this</a>.</p>";

/// The models that make threads are the real ones; what they read is made of two plain tables.
fn files() -> BTreeMap<String, String> {
    let models = [
        ("base_threads", include_str!("../../sql/intercom/base_threads.sql").to_owned()),
        ("transcripts", include_str!("../../sql/intercom/transcripts.sql").to_owned()),
        (
            "base_messages",
            "-- one row per message\nSELECT 'm:' || id AS source_key, 'intercom:conversation:' || thread AS thread_key, id AS position,
             CAST(id AS VARCHAR) AS id, 'comment' AS type, 'user' AS author_kind, 'u' AS author_id, 'intercom:contact:u' AS author_key,
             'U' AS author_name, CAST(NULL AS VARCHAR) AS author_email, html, html_to_text(html) AS text, to_timestamp(id) AS at,
             FALSE AS private, FALSE AS redacted, CAST(NULL AS VARCHAR) AS detail FROM live.messages"
                .to_owned(),
        ),
        (
            "base_files",
            "-- one row per file\nSELECT 'm:' || id AS message_key, 0 AS position, 'a.txt' AS name, 'text/plain' AS content_type,
             CAST(5 AS BIGINT) AS size, 'ab' AS sha256, FALSE AS inline FROM live.messages WHERE id % 5 = 0"
                .to_owned(),
        ),
        ("base_merges", "-- one row per merged contact\nSELECT 'w' AS id, 'u' AS into_id".to_owned()),
        (
            "base_conversations",
            "-- one row per thread\nSELECT CAST(thread AS VARCHAR) AS id, 'user' AS source_author_type, 'u' AS source_author_id,
             NULL AS first_key, NULL AS contact_keys, NULL AS company_id, 'Title' AS title, 'open' AS state, 'none' AS priority, TRUE AS read,
             '0' AS admin_assignee_id, '0' AS team_assignee_id, 'conversation' AS source_type, NULL AS tags, NULL AS custom_attributes,
             NULL AS rating, FALSE AS truncated, NULL AS source_delivered_as, NULL AS source_subject, NULL AS source_url, 1 AS parts_total,
             NULL AS statistics, NULL AS sla_applied, NULL AS linked_objects, to_timestamp(0) AS created_at, to_timestamp(0) AS updated_at,
             to_timestamp(0) AS waiting_since, to_timestamp(0) AS snoozed_until FROM live.messages GROUP BY thread"
                .to_owned(),
        ),
    ];
    let models = models.into_iter().map(|(name, text)| (format!("sql/copy/{name}.sql"), text));
    let contract = ("sql/contract/database.sql".to_owned(), include_str!("../../sql/contract/database.sql").to_owned());
    models.chain([contract]).collect()
}

/// Messages of `threads` threads, none beside another of its own; thread 0 has a tenth of all.
async fn extract(staging: &Staging, messages: i64, threads: i64) {
    let now = DateTime::from_timestamp(1_700_000_000, 0).unwrap();
    let mut run = staging.begin(RunId::new(now, 1), Stage::Extract, "live", now).unwrap();
    let mut writer = None;
    for start in (0..messages).step_by(10_000) {
        let ids = start..messages.min(start + 10_000);
        let of = ids.clone().map(|id| if id % 10 == 0 { 0 } else { id * 7_919 % threads }).collect::<Int64Array>();
        let html =
            ids.clone().map(|id| Some(format!("{id} {}", BODY.repeat(1 + id as usize % 5)))).collect::<StringArray>();
        let columns: [(&str, ArrayRef); 3] =
            [("id", Arc::new(ids.collect::<Int64Array>())), ("thread", Arc::new(of)), ("html", Arc::new(html))];
        let batch = RecordBatch::try_from_iter(columns).unwrap();
        writer.get_or_insert_with(|| run.table("messages", batch.schema()).unwrap()).write(&batch).await.unwrap();
    }
    run.add("messages", vec![writer.unwrap().close().await.unwrap()]);
    run.publish(now).await.unwrap();
}

async fn measure(messages: i64, threads: i64, memory_bytes: usize) {
    let folder = tempfile::tempdir().unwrap();
    let staging = Staging::open(folder.path().to_str().unwrap(), Vec::<(String, String)>::new()).unwrap();
    extract(&staging, messages, threads).await;
    let files = files();
    let inputs =
        Inputs { raw: "live", contract: "database", memory_bytes, partitions: 2, ..Inputs::desk("copy", &files) };
    let now = DateTime::from_timestamp(1_700_000_100, 0).unwrap();
    let context = Context::new(staging.clone(), move || now, || 2);
    let summary = transform(&context, &inputs, &Rebuild::All).await.unwrap();
    assert_eq!(summary.manifest.schema, "database");
    assert_eq!(summary.rejects, BTreeMap::new());
    let columns = &summary.manifest.tables["transcripts"].columns;
    let json: Vec<&str> = columns.iter().filter(|column| column.json).map(|column| column.name.as_str()).collect();
    assert_eq!(json, ["end_user_keys", "tags", "attributes", "rating", "messages", "metadata"]);

    let (mut rows, mut found) = (staging.read(&summary.manifest, "transcripts").unwrap(), 0);
    while let Some(batch) = rows.next().await {
        let batch = batch.unwrap();
        let counts = batch.column_by_name("messages_count").unwrap().as_primitive::<Int64Type>().clone();
        let lists = batch.column_by_name("messages").unwrap().as_string::<i32>().clone();
        for (count, list) in counts.iter().flatten().zip(lists.iter().flatten()) {
            let list: Vec<serde_json::Value> = serde_json::from_str(list).unwrap();
            let positions: Vec<i64> = list.iter().map(|message| message["position"].as_i64().unwrap()).collect();
            assert_eq!(positions.len() as i64, count);
            assert!(positions.is_sorted());
            for message in &list {
                let files = usize::from(message["position"].as_i64().unwrap() % 5 == 0);
                assert_eq!(message["attachments"].as_array().unwrap().len(), files, "{message}");
            }
            found += count;
        }
    }
    assert_eq!(found, messages);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn threads_are_put_together_in_less_memory_than_they_take() {
    // Some 90 MiB of threads; what is sorted at a time is a batch of 2,048 of them.
    measure(60_000, 12_000, 64 << 20).await;
}
