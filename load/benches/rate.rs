//! How much of a granted rate is used: `make bench-load-rate`.
//!
//! ```text
//! rate [--windows N]
//! ```
//!
//! For 166 and for 1,666 calls per 10 seconds, with round trips of 50 to 300 ms, three ways of sending go side by side, each to
//! a sandbox in a process of its own (this program runs itself as `sandbox`): deskferry's loader on a made-up desk; one call
//! after another; and one call after another with a sleep of 10 ms, 1.5 s or 8 s as the remaining share falls under one half
//! and one tenth. Then the loader alone: with a store that takes 100 ms for each call, with another app that eats three tenths of
//! the grant, with a server whose clock is ahead while the limit changes twice, and with two tokens.
//!
//! **used** is measured by the sandbox: calls it answered other than by 429, over calls it granted (less what the other app
//! took), in the whole 10-second windows between the first and the last that saw a call. **429** is refused calls over answered
//! ones in the same windows. **calls/s** is over those windows too. **calls/min** is the writes of the whole load over the
//! fewest that the call budget allows ([`Desk::calls_min`]). **profile** is a window's calls by half seconds, mean of windows.

#![allow(clippy::print_stdout, clippy::disallowed_methods, reason = "a program that prints figures")]

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use deskferry_load::testing::Desk;
use deskferry_load::{Filter, Secret, Settings, Token};
use deskferry_sandbox::{AdminEntry, RateSettings, TeamEntry, WorkspaceFile};
use deskferry_staging::{Context, Staging};
use object_store::ObjectStore;
use object_store::memory::InMemory;
use object_store::throttle::{ThrottleConfig, ThrottledStore};
use serde_json::{Value, json};
use tokio::time::Instant;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// Round trips.
const LATENCY: &str = "latency=50ms..300ms";
/// Time of a call of the slow store.
const SLOW: Duration = Duration::from_millis(100);
/// Messages of each conversation.
const PARTS: u64 = 10;

fn main() -> Result<()> {
    let args: Vec<String> = std::env::args().skip(1).filter(|arg| arg != "--bench").collect();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    match args.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["sandbox", rate, more] => runtime.block_on(sandbox(rate.parse()?, more)),
        ["--windows", windows] => runtime.block_on(all(windows.parse()?)),
        [] => runtime.block_on(all(6)),
        other => Err(format!("what is {other:?}?").into()),
    }
}

async fn all(windows: u64) -> Result<()> {
    let cores = std::thread::available_parallelism()?;
    let now = chrono::Utc::now().format("%Y-%m-%d %H:%M UTC");
    println!("{now}, {cores} cores, {LATENCY}, {windows} whole windows\n");
    println!("per 10 s | policy                      | used    | 429     | calls/s | calls/min | profile");
    for rate in [166, 1666] {
        let run = Run { name: "deskferry", rate, windows, more: "", is_slow: false, tokens: 1 };
        let (naive, polite) = (Sandbox::start(rate, "")?, Sandbox::start(rate, "")?);
        let end = Instant::now() + Duration::from_secs(10 * (windows + 1));
        let (figures, ..) =
            tokio::try_join!(run.load(), one_by_one(&naive.url, end, None), one_by_one(&polite.url, end, Some(rate)))?;
        println!("{figures}");
        println!("{}", Figures::read(rate, "one after another", &naive.url).await?);
        println!("{}", Figures::read(rate, "sleep by remaining share", &polite.url).await?);
        println!("{}", Run { name: "deskferry, slow store", is_slow: true, ..run }.load().await?);
        println!("{}", Run { name: "deskferry, an app eats 30 %", more: "eaten", ..run }.load().await?);
        println!("{}", Run { name: "deskferry, limit changes", more: "changes", ..run }.load().await?);
        println!("{}", Run { name: "deskferry, two tokens", tokens: 2, ..run }.load().await?);
    }
    Ok(())
}

/// One run of the loader.
#[derive(Clone, Copy)]
struct Run {
    name: &'static str,
    rate: u32,
    windows: u64,
    more: &'static str,
    is_slow: bool,
    tokens: u64,
}

impl Run {
    /// A desk of as many calls as the windows take and one more.
    fn desk(&self) -> Desk {
        let calls = u64::from(self.rate) * self.tokens * (self.windows + 1);
        let desk = |conversations| Desk { conversations, parts: PARTS, files_every: 10 };
        desk((1..).find(|n| desk(*n).calls_min() >= calls).unwrap_or(1))
    }

    async fn load(self) -> Result<Figures> {
        let sandbox = Sandbox::start(self.rate, self.more)?;
        let config = ThrottleConfig { wait_put_per_call: SLOW, wait_get_per_call: SLOW, ..ThrottleConfig::default() };
        let store: Arc<dyn ObjectStore> = match self.is_slow {
            false => Arc::new(InMemory::new()),
            true => Arc::new(ThrottledStore::new(InMemory::new(), config)),
        };
        let chance = AtomicU32::new(1);
        let chance = move || chance.fetch_add(1, Ordering::Relaxed).wrapping_mul(2_654_435_761);
        let context = Context::new(Staging::with_store(store, "memory:///"), chrono::Utc::now, chance);
        let manifest = self.desk().publish(&context).await;
        let token = |n| Token::new(Secret::new(format!("token-{n}")), format!("token {n}"));
        let settings = Settings {
            tokens: (1..=self.tokens).map(token).collect(),
            placeholder_admin: Some("owner@desk.example".to_owned()),
            ..Settings::new(&sandbox.url, Secret::new("t"))
        };
        let summary = deskferry_load::load(&context, &settings, &manifest, &Filter::default()).await?;
        let figures = Figures::read(self.rate, self.name, &sandbox.url).await?;
        let over_min = Some(summary.writes() as f64 / self.desk().calls_min() as f64);
        Ok(Figures { over_min, ..figures })
    }
}

/// A sandbox in a process of its own, which ends when this is dropped.
struct Sandbox {
    url: String,
    child: Child,
}

impl Sandbox {
    fn start(rate: u32, more: &str) -> Result<Self> {
        let mut command = Command::new(std::env::current_exe()?);
        command.args(["sandbox", &rate.to_string(), more]).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn()?;
        let mut url = String::new();
        BufReader::new(child.stdout.take().ok_or("no output")?).read_line(&mut url)?;
        Ok(Self { url: url.trim().to_owned(), child })
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        // It ends when its input does.
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}

/// The child: serves until its input ends.
async fn sandbox(rate: u32, more: &str) -> Result<()> {
    let admin = |id, name: &str| AdminEntry { id: Some(id), name: name.into(), email: format!("{name}@desk.example") };
    let after = |seconds, rate| (Duration::from_secs(seconds), rate);
    let rate_more = match more {
        "eaten" => RateSettings { eaten: 0.3, ..RateSettings::default() },
        "changes" => {
            let changes = vec![after(25, rate / 2), after(45, rate)];
            RateSettings { changes, ahead_ms: 3_700, ..RateSettings::default() }
        }
        _ => RateSettings::default(),
    };
    let running = deskferry_sandbox::serve(deskferry_sandbox::Settings {
        rate: Some(rate),
        rate_more,
        faults: LATENCY.parse()?,
        workspace: WorkspaceFile {
            admins: vec![admin(1, "owner"), admin(2, "ada"), admin(3, "bob")],
            teams: vec![TeamEntry { id: Some(20), name: "Support".into(), admin_ids: vec![2, 3] }],
            ..WorkspaceFile::default()
        },
        search_delay: Duration::ZERO,
        ..deskferry_sandbox::Settings::default()
    })
    .await?;
    println!("http://{}", running.addr());
    tokio::task::spawn_blocking(|| std::io::stdin().read_to_end(&mut Vec::new())).await??;
    running.stop();
    Ok(())
}

/// The call at this place of a thread: method, path, body.
fn call(place: u64, number: u64, contact: &Value, conversation: &Value) -> (reqwest::Method, String, Value) {
    let path = format!("/conversations/{}", conversation.as_str().unwrap_or_default());
    let (reply, parts) = (format!("{path}/reply"), format!("{path}/parts"));
    let of_admin =
        |kind: &str| json!({ "type": "admin", "admin_id": "1", "message_type": kind, "body": "<p>Hello</p>" });
    let assign = json!({ "type": "admin", "admin_id": "1", "message_type": "assignment", "assignee_id": "2" });
    let (method, path, body) = match place {
        0 => ("POST", "/contacts".to_owned(), json!({ "external_id": number.to_string(), "role": "user" })),
        1 => {
            let from = json!({ "type": "user", "id": contact });
            ("POST", "/conversations".to_owned(), json!({ "from": from, "body": "Hello" }))
        }
        place if place <= PARTS => ("POST", reply, of_admin("comment")),
        place if place == PARTS + 1 => ("PUT", path, json!({ "title": "Hello" })),
        place if place == PARTS + 2 => ("POST", parts, assign),
        _ => ("POST", parts, json!({ "type": "admin", "admin_id": "1", "message_type": "close" })),
    };
    (if method == "PUT" { reqwest::Method::PUT } else { reqwest::Method::POST }, path, body)
}

/// Threads of the same kinds of calls, one call after another until `end`; after each a sleep by the share of `rate` that
/// remains, where that is given. A 429 is waited out to the end of its window.
async fn one_by_one(url: &str, end: Instant, rate: Option<u32>) -> Result<()> {
    let http = reqwest::Client::new();
    let (mut calls, mut contact, mut conversation) = (0_u64, Value::Null, Value::Null);
    while Instant::now() < end {
        let place = calls % (PARTS + 4);
        let (method, path, body) = call(place, calls, &contact, &conversation);
        let request = http.request(method, format!("{url}{path}")).bearer_auth("t").json(&body);
        let reply = request.header("Intercom-Version", "2.16").send().await?;
        let number = |name: &str| reply.headers().get(name).and_then(|v| v.to_str().ok()?.parse::<i64>().ok());
        if reply.status() == 429 {
            let reset_ms = number("x-ratelimit-reset").unwrap_or_default() * 1000;
            let left_ms = (reset_ms - chrono::Utc::now().timestamp_millis()).max(0) as u64;
            tokio::time::sleep(Duration::from_millis(left_ms)).await;
            continue;
        }
        if let Some(rate) = rate {
            let share = number("x-ratelimit-remaining").unwrap_or_default() as f64 / f64::from(rate);
            let sleep_ms = match share {
                share if share < 0.1 => 8_000,
                share if share < 0.5 => 1_500,
                _ => 10,
            };
            tokio::time::sleep(Duration::from_millis(sleep_ms)).await;
        }
        let mut reply: Value = reply.error_for_status()?.json().await?;
        match place {
            0 => contact = reply["id"].take(),
            1 => conversation = reply["conversation_id"].take(),
            _ => {}
        }
        calls += 1;
    }
    Ok(())
}

/// What one run came to.
struct Figures {
    rate: u32,
    name: &'static str,
    used: f64,
    refused: f64,
    per_second: f64,
    over_min: Option<f64>,
    profile: Vec<u64>,
}

impl Figures {
    async fn read(rate: u32, name: &'static str, url: &str) -> Result<Self> {
        let stats: Value = reqwest::get(format!("{url}/_sandbox/stats")).await?.json().await?;
        let seen = stats["windows"].as_array().ok_or("the sandbox counts no windows")?;
        let whole = seen.get(1..seen.len().saturating_sub(1)).unwrap_or_default();
        let sum = |field: &str| whole.iter().filter_map(|w| w[field].as_u64()).sum::<u64>() as f64;
        let windows = whole.len().max(1) as u64;
        let mut profile = vec![0; 20];
        for window in whole {
            let slices = window["by_100_ms"].as_array().into_iter().flatten().filter_map(Value::as_u64);
            for (place, calls) in slices.enumerate() {
                profile.iter_mut().skip(place / 5).take(1).for_each(|sum| *sum += calls);
            }
        }
        profile.iter_mut().for_each(|calls| *calls /= windows);
        let (granted, used, refused) = (sum("granted").max(1.0), sum("used"), sum("refused"));
        let per_second = used / windows as f64 / 10.0;
        Ok(Self {
            rate,
            name,
            used: used / granted,
            refused: refused / used.max(1.0),
            per_second,
            over_min: None,
            profile,
        })
    }
}

impl std::fmt::Display for Figures {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let profile: Vec<String> = self.profile.iter().map(u64::to_string).collect();
        let over_min = self.over_min.map_or_else(|| "-".to_owned(), |over| format!("{over:.3}"));
        let (used, refused) = (self.used * 100.0, self.refused * 100.0);
        let (rate, name, per_second, profile) = (self.rate, self.name, self.per_second, profile.join(" "));
        write!(
            f,
            "{rate:>8} | {name:<27} | {used:>5.1} % | {refused:>5.2} % | {per_second:>7.1} | {over_min:>9} | {profile}"
        )
    }
}
