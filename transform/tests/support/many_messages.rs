//! A transform of many messages in little memory, for the test and for the bench of that name.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr)]

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::{ArrayRef, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray};
use chrono::DateTime;
use deskferry_staging::{Context, RunId, Stage, Staging};
use deskferry_transform::{Inputs, Rebuild, transform};
use futures::StreamExt as _;

/// Replies per ticket.
const REPLIES: i64 = 10;
const BODY: &str = "Hello,<br />\n<br />\nmy printer &quot;X &amp; Y&quot; says error 17, see <a href=\"https://x.example/17\">\
                    https://x.example/17</a>.<br />\nIt began on Monday and I have tried everything in the manual.<br />\nRegards";

fn sql() -> BTreeMap<String, String> {
    let contract = include_str!("../../../sql/contract/intercom.sql");
    let models = [
        (
            "contacts",
            "SELECT 'c:' || id AS source_key, 'c:' || id AS external_id, 'user' AS role, 'u' || id || '@x.org' AS email,
             CAST(NULL AS VARCHAR) AS phone, 'U' AS name, dt AS signed_up_at, NULL AS last_seen_at, NULL AS owner_key,
             NULL AS unsubscribed_from_emails, NULL AS company_keys, NULL AS tag_keys, '{}' AS custom_attributes FROM desk.tickets",
        ),
        (
            "conversations",
            "SELECT 't:' || id AS source_key, 'c:' || id AS contact_key, 'Title' AS title, dt AS created_at, dt AS updated_at,
             'closed' AS state, NULL AS snoozed_until, NULL AS closed_by_key, NULL AS assignee_key, NULL AS assignee_name, NULL AS team_key,
             NULL AS company_key, TRUE AS is_read, NULL AS participant_keys, NULL AS tag_keys, attributes('Number', id) AS custom_attributes
             FROM desk.tickets",
        ),
        (
            "attributes",
            "SELECT DISTINCT 'a' AS source_key, 'conversation' AS model, 'Number' AS name, 'integer' AS data_type, NULL AS description,
             NULL AS options, FALSE AS multiline FROM desk.tickets",
        ),
        (
            "base_parts",
            "SELECT 'o:' || id AS source_key, id AS ticket, 'message' AS part_type, html_to_text(message) AS body, dt AS at, 0 AS rank, id AS nth FROM desk.tickets
             UNION ALL SELECT 'r:' || id, replyto, 'comment', clean_html(message), dt, 1, id FROM desk.replies",
        ),
        (
            "conversation_parts",
            "SELECT parts.source_key, 't:' || tickets.id AS conversation_key,
             row_number() OVER (PARTITION BY tickets.id ORDER BY parts.rank, parts.at, parts.nth) AS position,
             parts.part_type, 'contact' AS author_type, 'c:' || tickets.id AS author_key, NULL AS author_name, parts.body, parts.at AS created_at
             FROM base_parts AS parts JOIN desk.tickets AS tickets ON tickets.id = parts.ticket",
        ),
        (
            "attachments",
            "SELECT 'f:' || id AS source_key, 'r:' || id AS part_key, 1 AS position, 'a.txt' AS name, 'text/plain' AS content_type,
             1 AS size, CASE WHEN id % 7 <> 0 THEN 'ab' END AS sha256 FROM desk.replies WHERE id % 3 = 0",
        ),
    ];
    let mut files: BTreeMap<String, String> =
        models.map(|(name, text)| (format!("sql/desk/{name}.sql"), format!("-- one row per thing\n{text}"))).into();
    files.insert("sql/contract/intercom.sql".into(), contract.into());
    let checks = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../sql/checks")).unwrap();
    for path in checks.map(|entry| entry.unwrap().path()).filter(|path| path.extension().is_some_and(|e| e == "sql")) {
        let name = path.file_name().unwrap().to_str().unwrap();
        files.insert(format!("sql/checks/{name}"), std::fs::read_to_string(&path).unwrap());
    }
    files
}

async fn table(run: &mut deskferry_staging::RunWriter, name: &str, rows: i64, parent: Option<&str>) {
    let mut writer = None;
    for start in (0..rows).step_by(10_000) {
        let ids = start..rows.min(start + 10_000);
        // Scattered, as replies of many tickets are.
        let parents: ArrayRef =
            Arc::new(ids.clone().map(|id| id * 7_919 % (rows / REPLIES).max(1)).collect::<Int64Array>());
        let times =
            TimestampMicrosecondArray::from_iter_values(ids.clone().map(|id| 1_700_000_000_000_000 + id * 1_000_000))
                .with_timezone("UTC");
        let texts: ArrayRef = Arc::new(
            ids.clone().map(|id| Some(format!("{id} {}", BODY.repeat(1 + id as usize % 5)))).collect::<StringArray>(),
        );
        let mut columns = vec![
            ("id", Arc::new(ids.collect::<Int64Array>()) as ArrayRef),
            ("dt", Arc::new(times)),
            ("message", texts),
        ];
        columns.extend(parent.map(|name| (name, parents)));
        let batch = RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(n, c)| (n, c, true))).unwrap();
        let writer = writer.get_or_insert_with(|| run.table(name, batch.schema()).unwrap());
        writer.write(&batch).await.unwrap();
    }
    run.add(name, vec![writer.unwrap().close().await.unwrap()]);
}

pub(crate) async fn measure(replies: i64, memory_bytes: usize) {
    let folder = tempfile::tempdir().unwrap();
    let staging = Staging::open(folder.path().to_str().unwrap(), Vec::<(String, String)>::new()).unwrap();
    let now = DateTime::from_timestamp(1_700_000_000, 0).unwrap();
    let mut run = staging.begin(RunId::new(now, 1), Stage::Extract, "desk", now).unwrap();
    table(&mut run, "tickets", replies / REPLIES, None).await;
    table(&mut run, "replies", replies, Some("replyto")).await;
    run.publish(now).await.unwrap();
    let files = sql();
    let inputs = Inputs { memory_bytes, partitions: 2, ..Inputs::desk("desk", &files) };
    let mut context = Context::new(staging.clone(), move || now + chrono::Duration::seconds(5), || 2);
    let begun = std::time::Instant::now();
    let last = std::sync::Mutex::new(String::new());
    context.progress = Arc::new(move |tick| {
        let mut last = last.lock().unwrap();
        if *last != tick.table {
            eprintln!("{:6.1} s  {}  peak {} MiB", begun.elapsed().as_secs_f64(), tick.table, peak_mib());
            tick.table.clone_into(&mut last);
        }
    });
    let summary = transform(&context, &inputs, &Rebuild::All).await.unwrap();
    eprintln!(
        "{replies} replies: {:.1} s, peak {} MiB, rejects {:?}, warnings {:?}",
        begun.elapsed().as_secs_f64(),
        peak_mib(),
        summary.rejects,
        summary.warnings
    );
    assert_eq!(summary.manifest.rows("conversation_parts") as i64, replies + replies / REPLIES);

    let mut parts = staging.read(&summary.manifest, "conversation_parts").unwrap();
    let mut last = (String::new(), 0);
    while let Some(batch) = parts.next().await {
        use arrow::array::AsArray as _;
        let batch = batch.unwrap();
        let keys = batch.column_by_name("conversation_key").unwrap().as_string::<i32>().clone();
        let positions = batch.column_by_name("position").unwrap().as_primitive::<arrow::datatypes::Int64Type>().clone();
        for row in 0..batch.num_rows() {
            let next = (keys.value(row).to_owned(), positions.value(row));
            assert!(last < next, "{last:?} then {next:?}");
            last = next;
        }
    }
}

fn peak_mib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or_default();
    line.trim().trim_end_matches(" kB").trim().parse::<u64>().unwrap_or_default() / 1024
}
