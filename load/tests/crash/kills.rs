//! The kills: when, where they hit, and whether the workspace came out right.

use std::collections::BTreeMap;
use std::ops::Range;
use std::process::{ExitCode, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use deskferry_load::testing::{Desk, contents};
use deskferry_load::{Filter, load};
use deskferry_sandbox::{AdminEntry, Running, TeamEntry, WorkspaceFile};
use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};

use crate::{Plan, ledger, loader};

/// What goes wrong while the loader is being killed.
const FAULTS: &str =
    "429=0.01,500=0.006,502=0.002,reset=0.004,lost=0.006,timeout=0.001,empty=0.003,latency=0ms..5ms,hang=600ms";
/// How late the sandbox shows in searches what is new.
const SEARCH_DELAY: Duration = Duration::from_millis(60);
/// What the sandbox counts of each table before the conversations, in their order.
const TABLES: [&[&str]; 7] = [
    &["data_attributes", "conversation_attributes"],
    &["tags"],
    &["companies"],
    &["contacts"],
    &["notes"],
    &["collections"],
    &["articles"],
];
/// Share of the kills that strike before the loader has sent anything: start, replay, lease.
const EARLY_SHARE: f64 = 0.2;
/// Share of the other kills that strike while the small tables are loaded.
const TABLES_SHARE: f64 = 0.3;

pub(crate) async fn run(plan: Plan) -> ExitCode {
    let began = Instant::now();
    let desk = Desk { conversations: plan.conversations, parts: 6, files_every: 10 };
    let wanted = undisturbed(desk).await;
    println!(
        "undisturbed: {} conversations, {} objects, {} writes in {:.1} s",
        plan.conversations,
        wanted.objects,
        wanted.writes,
        began.elapsed().as_secs_f64()
    );
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path().to_str().unwrap();
    let context = loader::context(folder);
    desk.publish(&context).await;
    let sandbox = sandbox(FAULTS, plan.seed).await;
    let began = Instant::now();
    let hits = kill_all(plan, folder, &sandbox, &wanted).await;
    let killing = began.elapsed();
    let last = Life::start(folder, &sandbox).await.ends().await;
    let before = writes(&sandbox);
    let again = Life::start(folder, &sandbox).await.ends().await;
    let idle = writes(&sandbox) == before;
    sandbox.set_faults("".parse().unwrap());
    let told = ledger::read(&context.staging).await;
    let found = contents(&format!("http://{}", sandbox.addr())).await.unwrap();
    let differences = differences(&wanted.contents, &found);

    println!(
        "seed {}: {} kills in {:.0} s, then a load to the end",
        plan.seed,
        hits.values().sum::<usize>(),
        killing.as_secs_f64()
    );
    println!("killed while at work on");
    hits.iter().for_each(|(place, count)| println!("  {count:5}  {place}"));
    println!("faults met: {}", sandbox.stats()["faults"]);
    println!("writes that reached the sandbox: {} ({} undisturbed)", writes(&sandbox), wanted.writes);
    println!("ledger: {} entries in {} segments", told.entries, told.segments);
    println!("found again by reading back: {} steps", told.resolved.values().sum::<u64>());
    told.resolved.iter().for_each(|(kind, count)| println!("  {count:5}  {kind}"));
    println!("unknown at some time: {}, open at the end: {}", told.unknown_once, told.open.len());
    told.open.iter().take(10).for_each(|step| println!("  {step}"));
    differences.iter().take(20).for_each(|line| println!("  {line}"));
    let green = last && again && idle && differences.is_empty() && told.open.is_empty();
    println!("last load whole: {last}; load after it sends nothing: {}", again && idle);
    println!(
        "{} differences in {} rows: {}",
        differences.len(),
        wanted.contents.len(),
        if green { "ok" } else { "FAILED" }
    );
    ExitCode::from(u8::from(!green))
}

struct Wanted {
    contents: Vec<String>,
    objects: u64,
    /// Where each table before the conversations begins and ends, counted in objects.
    tables: Vec<Range<u64>>,
    threads_from: u64,
    writes: u64,
}

async fn undisturbed(desk: Desk) -> Wanted {
    let calm = sandbox("", 0).await;
    let folder = tempfile::tempdir().unwrap();
    loaded(desk, folder.path().to_str().unwrap(), &calm).await;
    let count = |name: &str| calm.stats()["objects"][name].as_u64().unwrap();
    let objects = progress(&calm);
    let (mut tables, mut threads_from) = (Vec::new(), 0);
    for names in TABLES {
        let end = threads_from + names.iter().map(|name| count(name)).sum::<u64>();
        tables.push(threads_from..end);
        threads_from = end;
    }
    let contents = contents(&format!("http://{}", calm.addr())).await.unwrap();
    Wanted { contents, objects, tables, threads_from, writes: writes(&calm) }
}

/// Publishes a desk and loads it, undisturbed, in this process.
pub(crate) async fn loaded(desk: Desk, folder: &str, sandbox: &Running) {
    let context = loader::context(folder);
    let manifest = desk.publish(&context).await;
    let settings = loader::settings(&format!("http://{}", sandbox.addr()), 20);
    load(&context, &settings, &manifest, &Filter::default()).await.unwrap();
}

/// When a life ends.
#[derive(Debug, Clone, Copy)]
enum Moment {
    /// At this share of the time that a life lately took to make its first object: in start, replay or lease, or right after.
    Early(f64),
    /// So many objects in the workspace, and so long after that.
    At(u64, Duration),
}

/// Moments for all kills: in the order in which the load meets them, and those before it sends anything strewn between. Small
/// tables are hit as often as large ones.
fn moments(plan: Plan, wanted: &Wanted, rng: &mut StdRng) -> Vec<Moment> {
    let early = (plan.kills as f64 * EARLY_SHARE) as usize;
    let tables = ((plan.kills - early) as f64 * TABLES_SHARE) as usize;
    let mut at: Vec<u64> = (early..plan.kills)
        .map(|n| match n - early < tables {
            true => rng.random_range(wanted.tables[n % wanted.tables.len()].clone()),
            // Up to a little before the end, so that the load is not over before the kills are.
            false => rng.random_range(wanted.threads_from..wanted.objects * 999 / 1000),
        })
        .collect();
    at.sort_unstable();
    let mut moments: Vec<Moment> =
        at.into_iter().map(|at| Moment::At(at, Duration::from_micros(rng.random_range(0..15_000)))).collect();
    for _ in 0..early {
        moments.insert(rng.random_range(0..=moments.len()), Moment::Early(rng.random_range(0.0..1.3)));
    }
    moments
}

/// Kills as often as planned; returns how often at which place.
async fn kill_all(plan: Plan, folder: &str, sandbox: &Running, wanted: &Wanted) -> BTreeMap<String, usize> {
    let mut rng = StdRng::seed_from_u64(plan.seed);
    let mut hits = BTreeMap::new();
    let mut to_first = Duration::from_millis(500);
    let mut moments = moments(plan, wanted, &mut rng).into_iter();
    // A loader that comes to its end before its moment is not killed: then another one is, early.
    while hits.values().sum::<usize>() < plan.kills {
        let moment = moments.next().unwrap_or(Moment::Early(0.5));
        let (began, before) = (Instant::now(), progress(sandbox));
        let mut life = Life::start(folder, sandbox).await;
        match moment {
            Moment::Early(share) => tokio::time::sleep(to_first.mul_f64(share)).await,
            Moment::At(objects, more) => {
                let mut now = before;
                while now < objects.max(before + 1) && life.child.try_wait().unwrap().is_none() {
                    tokio::time::sleep(Duration::from_millis(1)).await;
                    let after = progress(sandbox);
                    if now == before && after > before {
                        to_first = began.elapsed();
                    }
                    now = after;
                }
                tokio::time::sleep(more).await;
            }
        }
        if let Some(place) = life.kill().await {
            *hits.entry(place).or_default() += 1;
        }
    }
    hits
}

/// One life of the loader.
struct Life {
    child: Child,
    /// What it last said.
    place: Arc<Mutex<String>>,
    ledger: std::path::PathBuf,
    segments: usize,
}

impl Life {
    async fn start(folder: &str, sandbox: &Running) -> Self {
        let ledger = std::path::Path::new(folder).join("ledger/entries");
        let segments = count(&ledger);
        let url = format!("http://{}", sandbox.addr());
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["loader", folder, &url, "1"]).stdout(Stdio::piped()).kill_on_drop(true);
        let mut child = command.spawn().unwrap();
        let place = Arc::new(Mutex::new("start of the process".to_owned()));
        let said = Arc::clone(&place);
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        tokio::spawn(async move {
            while let Ok(Some(line)) = lines.next_line().await {
                *said.lock().unwrap() = line;
            }
        });
        Self { child, place, ledger, segments }
    }

    /// SIGKILL; where it hit, or nothing where the loader had come to its end.
    async fn kill(&mut self) -> Option<String> {
        if let Some(status) = self.child.try_wait().unwrap() {
            assert!(status.success(), "the loader ended by itself: {status}");
            return None;
        }
        self.child.kill().await.unwrap();
        let place = self.place.lock().unwrap().clone();
        let has_written = count(&self.ledger) > self.segments;
        let is_table = place != loader::REPLAYING && !place.starts_with("start");
        Some(if is_table && !has_written { "walk, lease".to_owned() } else { place })
    }

    /// Whether it comes to a good end by itself.
    async fn ends(mut self) -> bool {
        self.child.wait().await.unwrap().success()
    }
}

/// Files of a folder.
fn count(folder: &std::path::Path) -> usize {
    std::fs::read_dir(folder).map_or(0, Iterator::count)
}

/// Whether two lines are about the same row: they begin alike.
fn alike(line: &str, other: &str) -> bool {
    line.chars().take(60).eq(other.chars().take(60))
}

/// Lines that only one of two workspaces has, as far as they differ from what comes next to them in the other.
fn differences(wanted: &[String], found: &[String]) -> Vec<String> {
    let mut counts: BTreeMap<&str, i64> = BTreeMap::new();
    wanted.iter().for_each(|line| *counts.entry(line).or_default() -= 1);
    found.iter().for_each(|line| *counts.entry(line).or_default() += 1);
    let only = |sign: i64| counts.iter().filter(move |(_, count)| count.signum() == sign).map(|(line, _)| *line);
    let tell = |what: &str, line: &str, other: Option<&str>| {
        let same = line.chars().zip(other.unwrap_or_default().chars()).take_while(|(a, b)| a == b).count();
        let from: String = line.chars().skip(same.saturating_sub(120)).take(360).collect();
        let begin: String = line.chars().take(80).collect();
        format!("{what}: {begin} … {from}")
    };
    let missing = only(-1).map(|line| tell("missing", line, only(1).find(|other| alike(line, other))));
    let more = only(1).map(|line| tell("too many", line, only(-1).find(|other| alike(line, other))));
    missing.chain(more).collect()
}

/// Everything in the workspace, counted.
pub(crate) fn progress(sandbox: &Running) -> u64 {
    let stats = sandbox.stats();
    let names = TABLES.iter().flat_map(|names| names.iter()).chain(&["conversations", "parts"]);
    names.filter_map(|name| stats["objects"][*name].as_u64()).sum()
}

/// Writes that the sandbox has executed or refused.
pub(crate) fn writes(sandbox: &Running) -> u64 {
    let stats = sandbox.stats();
    let is_write = |name: &str| !name.starts_with("GET") && !name.contains("search");
    let calls = stats["calls"].as_object().unwrap().iter().filter(|(name, _)| is_write(name));
    calls.flat_map(|(_, by_status)| by_status.as_object().unwrap().values()).filter_map(|n| n.as_u64()).sum()
}

pub(crate) async fn sandbox(faults: &str, seed: u64) -> Running {
    let admin = |id, name: &str, email: &str| AdminEntry { id: Some(id), name: name.into(), email: email.into() };
    let workspace = WorkspaceFile {
        admins: vec![
            admin(1, "Owner", "owner@desk.example"),
            admin(2, "Ada", "ada@desk.example"),
            admin(3, "Bob", "bob@desk.example"),
        ],
        teams: vec![TeamEntry { id: Some(20), name: "Support".into(), admin_ids: vec![2, 3] }],
        ..WorkspaceFile::default()
    };
    let settings = deskferry_sandbox::Settings {
        // Never reached: it makes the sandbox tell that there is room when it injects a 429.
        rate: Some(10_000_000),
        faults: faults.parse().unwrap(),
        seed,
        workspace,
        search_delay: SEARCH_DELAY,
        ..deskferry_sandbox::Settings::default()
    };
    deskferry_sandbox::serve(settings).await.unwrap()
}
