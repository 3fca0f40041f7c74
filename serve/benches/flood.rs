//! Events a second that a server takes in, and how long each waits for its answer, on a stage in a folder.
//!
//! `make bench-serve`, or `cargo bench -p deskferry-serve --bench flood -- --rate 1000 --seconds 30`. Events go out at the given rate
//! whatever the answers do; without a rate 256 senders send as fast as they are answered. Sender and server share the machine.
//! At the end what is stored is compared with what was answered.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout, clippy::panic, missing_docs)]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use deskferry_serve::{Failure, Host, Secret, Server, Settings, Status, Synced};
use deskferry_staging::{Context, Staging};

const SECRET: &str = "hush";
/// Bytes of a text in each event, as a conversation has.
const TEXT: usize = 4_000;
const SENDERS: u64 = 256;

struct Nobody;

#[async_trait(?Send)]
impl Host for Nobody {
    async fn apply(&self, _tables: BTreeMap<String, BTreeSet<String>>) -> Result<(), Failure> {
        Ok(())
    }

    async fn synced(&self) -> Option<Synced> {
        None
    }

    fn page(&self, _status: &Status) -> String {
        String::new()
    }
}

fn argument(name: &str) -> Option<u64> {
    let mut arguments = std::env::args().skip_while(|argument| argument != name);
    arguments.nth(1)?.parse().ok()
}

#[expect(clippy::disallowed_methods, reason = "the clock of the bench")]
#[tokio::main]
async fn main() {
    let (rate, seconds) = (argument("--rate"), argument("--seconds").unwrap_or(20));
    let folder = tempfile::tempdir().unwrap();
    let none: [(&str, &str); 0] = [];
    let staging = Staging::open(folder.path().to_str().unwrap(), none).unwrap();
    let context = Context::new(staging.clone(), chrono::Utc::now, || 7);
    let settings = Settings::new("127.0.0.1:0".parse().unwrap(), Secret::new(SECRET).unwrap());
    let server = Server::start(&context, settings, Arc::new(Nobody)).await.unwrap();
    let url = format!("http://{}", server.address());
    let run = std::thread::spawn(move || {
        tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(server.run()).unwrap();
    });
    let began = Instant::now();
    let times = match rate {
        Some(rate) => at_a_rate(&url, rate, seconds).await,
        None => as_fast_as_answered(&url, seconds).await,
    };
    let elapsed = began.elapsed();
    context.cancel.cancel();
    run.join().unwrap();
    let stored = deskferry_serve::newest(&staging).await.unwrap();
    let answered: Vec<Duration> = times.iter().flatten().copied().collect();
    report(rate, &answered, times.len(), elapsed, stored.seq, stored.segment);
    assert!(stored.seq as usize >= answered.len(), "an event that was answered is not stored");
}

async fn at_a_rate(url: &str, rate: u64, seconds: u64) -> Vec<Option<Duration>> {
    let client = reqwest::Client::new();
    let began = tokio::time::Instant::now();
    let mut all = Vec::new();
    for number in 0..rate * seconds {
        tokio::time::sleep_until(began + Duration::from_secs_f64(number as f64 / rate as f64)).await;
        let (client, url) = (client.clone(), url.to_owned());
        all.push(tokio::spawn(async move { send(&client, &url, number).await }));
    }
    let mut times = Vec::new();
    for one in all {
        times.push(one.await.unwrap());
    }
    times
}

async fn as_fast_as_answered(url: &str, seconds: u64) -> Vec<Option<Duration>> {
    let client = reqwest::Client::new();
    let (next, until) = (Arc::new(AtomicU64::new(0)), Instant::now() + Duration::from_secs(seconds));
    let senders: Vec<_> = (0..SENDERS)
        .map(|_| {
            let (client, url, next) = (client.clone(), url.to_owned(), Arc::clone(&next));
            tokio::spawn(async move {
                let mut times = Vec::new();
                while Instant::now() < until {
                    times.push(send(&client, &url, next.fetch_add(1, Ordering::Relaxed)).await);
                }
                times
            })
        })
        .collect();
    let mut times = Vec::new();
    for sender in senders {
        times.extend(sender.await.unwrap());
    }
    times
}

/// How long the answer took; `None` where it was not 200.
async fn send(client: &reqwest::Client, url: &str, number: u64) -> Option<Duration> {
    let text: String = (0..TEXT).map(|at| char::from(b'a' + ((number as usize * 7 + at * at) % 26) as u8)).collect();
    let body = format!(
        r#"{{"type":"notification_event","id":"notif_{number}","topic":"conversation.user.replied","data":{{"item":{{"type":"conversation","id":"{number}","text":"{text}"}}}}}}"#
    );
    let signature = Secret::new(SECRET)?.sign(body.as_bytes());
    let began = Instant::now();
    let answer = client.post(url).header("X-Hub-Signature", signature).body(body).send().await.ok()?;
    answer.status().is_success().then(|| began.elapsed())
}

fn report(rate: Option<u64>, answered: &[Duration], sent: usize, elapsed: Duration, stored: i64, segments: u64) {
    let mut sorted = answered.to_vec();
    sorted.sort();
    let at = |share: f64| {
        let index = ((sorted.len() as f64 * share) as usize).min(sorted.len().saturating_sub(1));
        sorted.get(index).map_or(0.0, |time| time.as_secs_f64() * 1000.0)
    };
    let wanted = rate.map_or_else(|| format!("{SENDERS} senders"), |rate| format!("{rate}/s wanted"));
    println!(
        "{wanted}: {:.0} events/s answered; p50 {:.0} ms, p99 {:.0} ms, longest {:.0} ms; {sent} sent, {} answered with 200, {stored} stored in {segments} segments",
        answered.len() as f64 / elapsed.as_secs_f64(),
        at(0.5),
        at(0.99),
        at(1.0),
        answered.len(),
    );
}
