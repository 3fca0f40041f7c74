//! Rows a second and peak memory of loads into a PostgreSQL that the bench starts: `make bench-database`.
//!
//! ```text
//! load [--rows N] [--bytes N]
//! ```
//!
//! Staged are N conversations (2 million) with their messages as JSON of some bytes (400). `COPY` is psql's, of the same rows as CSV into
//! a table of the same columns, with the same key and indexes made the same way. Each load is a process of its own, so that its peak memory is; server
//! and loader share the machine.

#![allow(clippy::print_stdout, clippy::disallowed_methods, reason = "a program that prints figures")]

#[path = "../../tests/support/postgres.rs"]
mod postgres;

use std::io::Write as _;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Instant;

use arrow::array::{ArrayRef, BooleanArray, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef, TimeUnit};
use deskferry_database::{Settings, Target, load};
use deskferry_staging::{Context, Stage, Staging};
use postgres::{Database, PASSWORD, Postgres};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

const BATCH_ROWS: u64 = 4096;

fn main() -> Result<()> {
    let args: Vec<String> = std::env::args().skip(1).filter(|arg| arg != "--bench").collect();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    match args.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["load", stage, url, verify] => runtime.block_on(one(stage, url, *verify == "true")),
        _ => runtime.block_on(run(&args)),
    }
}

async fn run(args: &[String]) -> Result<()> {
    let number = |name: &str, usual: u64| {
        let value = args.iter().position(|arg| arg == name).and_then(|place| args.get(place + 1));
        value.map_or(Ok(usual), |text| text.parse())
    };
    let (rows, bytes) = (number("--rows", 2_000_000)?, number("--bytes", 400)?);
    let folder = tempfile::tempdir()?;
    let stage = folder.path().join("stage").display().to_string();
    let server = Arc::new(Postgres::start(&["shared_buffers=256MB", "max_wal_size=1GB"]));
    let database = server.database();
    let began = Instant::now();
    publish(&stage, 0, rows, bytes).await?;
    println!("{rows} rows of {} bytes staged in {:.1} s\n", row_bytes(bytes), began.elapsed().as_secs_f64());

    let copied = server.database();
    copied.run(
        "CREATE TABLE transcripts (source_key text COLLATE \"C\" PRIMARY KEY, end_user_key text, company_key text, state text, \
         messages jsonb, messages_count bigint, truncated boolean, created_at timestamptz)",
    );
    report("COPY of CSV by psql", rows, copy(&copied, rows, bytes)?, None);
    let program = std::env::current_exe()?;
    for (name, verify) in [("first load", false), ("again, by fingerprint", false), ("again, every row compared", true)]
    {
        measure(name, &program, &stage, &database, rows, verify)?;
    }
    publish(&stage, 1, rows, bytes).await?;
    measure("1 row in 1,000 changed", &program, &stage, &database, rows, false)?;
    println!("\nsize of the table: {}", database.run("SELECT pg_size_pretty(pg_total_relation_size('transcripts'))"));
    Ok(())
}

fn report(name: &str, rows: u64, seconds: f64, peak: Option<u64>) {
    let peak = peak.map(|kib| format!("{:>8} MiB", kib / 1024)).unwrap_or_default();
    println!("{name:<28} {seconds:>8.1} s {:>10.0} rows/s {peak}", rows as f64 / seconds);
}

fn measure(
    name: &str,
    program: &std::path::Path,
    stage: &str,
    database: &Database,
    rows: u64,
    verify: bool,
) -> Result<()> {
    let began = Instant::now();
    let output = Command::new(program).args(["load", stage, &database.url(), &verify.to_string()]).output()?;
    let seconds = began.elapsed().as_secs_f64();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    if !output.status.success() {
        return Err(format!("{name}: {said}{}", String::from_utf8_lossy(&output.stderr)).into());
    }
    let (counts, peak) = said.trim().split_once('|').ok_or("no counts")?;
    report(name, rows, seconds, Some(peak.parse()?));
    println!("    {counts}");
    Ok(())
}

/// One load, in its own process: prints what became of the rows and the peak of its memory in KiB.
async fn one(stage: &str, url: &str, verify: bool) -> Result<()> {
    let context = context(stage)?;
    let manifest = context.staging.latest("database").await?.ok_or("nothing is staged")?;
    let settings = Settings { verify, ..Settings::new(Target::parse(url)?) };
    let summary = load(&context, &settings, &manifest).await?;
    let status = std::fs::read_to_string("/proc/self/status")?;
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or_default();
    let c = summary.tables.first().ok_or("no table")?.1;
    println!("{} created, {} updated, {} same|{}", c.created, c.updated, c.same, peak.trim().trim_end_matches(" kB"));
    Ok(())
}

fn context(stage: &str) -> Result<Context> {
    let staging = Staging::open(stage, Vec::<(String, String)>::new())?;
    Ok(Context::new(staging, chrono::Utc::now, || 7))
}

fn schema() -> SchemaRef {
    let column = |name: &str, kind: DataType| Field::new(name, kind, name != "source_key");
    Arc::new(Schema::new(vec![
        column("source_key", DataType::Utf8),
        column("end_user_key", DataType::Utf8),
        column("company_key", DataType::Utf8),
        column("state", DataType::Utf8),
        column("messages", DataType::Utf8),
        column("messages_count", DataType::Int64),
        column("truncated", DataType::Boolean),
        column("created_at", DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()))),
    ]))
}

/// A conversation, as texts. In the second version one in a thousand is another.
struct Transcript {
    key: String,
    end_user: String,
    company: String,
    state: &'static str,
    messages: String,
}

fn transcript(n: u64, version: u64, bytes: u64) -> Transcript {
    let words = ["wheel", "brake", "refund", "invoice", "chain", "delivery", "saddle", "thanks"];
    let mut text = String::new();
    let mut chance = n.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    while (text.len() as u64) < bytes {
        chance = chance.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(1);
        text.push_str(words[(chance >> 60) as usize % words.len()]);
        text.push_str(&format!(" {} ", chance >> 52));
    }
    let version = if n.is_multiple_of(1000) { version } else { 0 };
    Transcript {
        key: format!("intercom:conversation:{n:012}"),
        end_user: format!("intercom:contact:{:012}", n / 3),
        company: format!("intercom:company:{:012}", n / 40),
        state: if n.is_multiple_of(7) { "open" } else { "closed" },
        messages: format!("[{{\"position\": {version}, \"type\": \"comment\", \"text\": \"{text}\"}}]"),
    }
}

fn row_bytes(bytes: u64) -> usize {
    let t = transcript(1, 0, bytes);
    t.key.len() + t.end_user.len() + t.company.len() + t.state.len() + t.messages.len() + 17
}

async fn publish(stage: &str, version: u64, rows: u64, bytes: u64) -> Result<()> {
    let context = context(stage)?;
    let mut run = context.staging.begin(context.run_id(), Stage::Transform, "database", context.now())?;
    let mut writer = run.table("transcripts", schema())?;
    for start in (0..rows).step_by(BATCH_ROWS as usize) {
        let numbers = start..rows.min(start + BATCH_ROWS);
        let made: Vec<Transcript> = numbers.clone().map(|n| transcript(n, version, bytes)).collect();
        let text =
            |of: fn(&Transcript) -> &str| -> ArrayRef { Arc::new(StringArray::from_iter_values(made.iter().map(of))) };
        let columns: Vec<ArrayRef> = vec![
            text(|t| &t.key),
            text(|t| &t.end_user),
            text(|t| &t.company),
            text(|t| t.state),
            text(|t| &t.messages),
            Arc::new(numbers.clone().map(|n| Some(n as i64 % 9)).collect::<Int64Array>()),
            Arc::new(numbers.clone().map(|_| Some(false)).collect::<BooleanArray>()),
            Arc::new(
                numbers
                    .map(|n| Some(1_700_000_000_000_000 + n as i64))
                    .collect::<TimestampMicrosecondArray>()
                    .with_timezone("UTC"),
            ),
        ];
        writer.write(&RecordBatch::try_new(schema(), columns)?).await?;
    }
    let table = run.add("transcripts", vec![writer.close().await?]);
    table.key = vec!["source_key".to_owned()];
    if let Some(column) = table.columns.iter_mut().find(|column| column.name == "messages") {
        column.json = true;
    }
    run.publish(context.now()).await?;
    Ok(())
}

/// The same rows by psql: seconds of COPY from a file and of the indexes.
fn copy(database: &Database, rows: u64, bytes: u64) -> Result<f64> {
    let file = tempfile::NamedTempFile::new()?;
    let mut out = std::io::BufWriter::new(file.as_file());
    for n in 0..rows {
        let t = transcript(n, 0, bytes);
        let (messages, time) = (t.messages.replace('"', "\"\""), 1_700_000_000 + n / 1_000_000);
        let line = format!(
            "{},{},{},{},\"{messages}\",{},f,{}\n",
            t.key,
            t.end_user,
            t.company,
            t.state,
            n % 9,
            chrono::DateTime::from_timestamp(time as i64, 0).ok_or("time")?.to_rfc3339()
        );
        out.write_all(line.as_bytes())?;
    }
    out.flush()?;
    let began = Instant::now();
    let copied = Command::new("psql")
        .args(["-X", "-q", "-v", "ON_ERROR_STOP=1", "-c"])
        .arg(format!("\\copy transcripts FROM '{}' WITH (FORMAT csv)", file.path().display()))
        .args(["-c", "CREATE INDEX ON transcripts (end_user_key)", "-c", "CREATE INDEX ON transcripts (company_key)"])
        .arg(database.url())
        .env("PGPASSWORD", PASSWORD)
        .stdout(Stdio::null())
        .status()?;
    if !copied.success() {
        return Err("psql failed".into());
    }
    Ok(began.elapsed().as_secs_f64())
}
