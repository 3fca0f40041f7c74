//! Throughput and memory of a load without a rate limit: `make bench-load`.
//!
//! ```text
//! load [--conversations N] [--parts N] [--files-every N] [--stage DIR]
//! ```
//!
//! The program runs itself three times, so that each figure is one process's: `publish` makes the desk, `sandbox` is the
//! workspace, and the process that was called loads the one into the other and prints the figures. Both share the machine, so
//! calls/s is what two cores do for the loader, the sandbox and the network stack between them.

#![allow(clippy::print_stdout, clippy::disallowed_methods, reason = "a program that prints figures")]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use deskferry_load::testing::Desk;
use deskferry_load::{Filter, Secret, Settings};
use deskferry_sandbox::{AdminEntry, TeamEntry, WorkspaceFile};
use deskferry_staging::{Context, Staging};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

fn main() -> Result<()> {
    let args: Vec<String> = std::env::args().skip(1).filter(|arg| arg != "--bench").collect();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    match args.first().map(String::as_str) {
        Some("sandbox") => runtime.block_on(sandbox()),
        Some("publish") => runtime.block_on(publish(&Plan::read(&args)?)),
        _ => runtime.block_on(run(&Plan::read(&args)?)),
    }
}

/// What is loaded, and where it is staged.
struct Plan {
    desk: Desk,
    stage: Option<String>,
}

impl Plan {
    fn read(args: &[String]) -> Result<Self> {
        let value = |name: &str| args.iter().position(|arg| arg == name).and_then(|place| args.get(place + 1));
        let number = |name: &str, usual: u64| value(name).map_or(Ok(usual), |text| text.parse());
        let desk = Desk {
            conversations: number("--conversations", 100_000)?,
            parts: number("--parts", 10)?,
            files_every: number("--files-every", 10)?,
        };
        Ok(Self { desk, stage: value("--stage").cloned() })
    }

    /// Calls of the call budget: per thread one each to create it, for each further message, for files of the first message,
    /// for title and attributes together, for each tag, for team and for teammate, and to close it; one for each other row, for
    /// each company or tag of a contact, and for each article whose links are filled in.
    fn calls_min(&self) -> u64 {
        let Desk { conversations, parts, files_every } = self.desk;
        let has_files = |n: u64| files_every > 0 && n.is_multiple_of(files_every);
        let on_first = |n: u64| has_files(n) && (parts == 1 || (n / files_every).is_multiple_of(2));
        let thread = |n: u64| parts + u64::from(on_first(n)) + 1 + n % 3 + 2 + u64::from(!n.is_multiple_of(4));
        let contacts = self.desk.contacts();
        let (companies, company_of, tag_of, notes) =
            (contacts.div_ceil(10), contacts / 5, contacts / 10, contacts / 20);
        let (attributes, tags, collections, articles, links) = (3, 4, 2, 5, 5);
        let small = attributes + tags + collections + articles + links;
        (1..=conversations).map(thread).sum::<u64>() + contacts + companies + company_of + tag_of + notes + small
    }
}

fn context(stage: &str) -> Result<Context> {
    let chance = AtomicU32::new(1);
    let staging = Staging::open(stage, Vec::<(String, String)>::new())?;
    let chance = move || chance.fetch_add(1, Ordering::Relaxed).wrapping_mul(2_654_435_761);
    Ok(Context::new(staging, chrono::Utc::now, chance))
}

async fn publish(plan: &Plan) -> Result<()> {
    plan.desk.publish(&context(plan.stage.as_deref().ok_or("--stage is missing")?)?).await;
    Ok(())
}

/// Serves until the process that started it is gone.
async fn sandbox() -> Result<()> {
    let admin = |id, name: &str| AdminEntry { id: Some(id), name: name.into(), email: format!("{name}@desk.example") };
    let workspace = WorkspaceFile {
        admins: vec![admin(1, "owner"), admin(2, "ada"), admin(3, "bob")],
        teams: vec![TeamEntry { id: Some(20), name: "Support".into(), admin_ids: vec![2, 3] }],
        ..WorkspaceFile::default()
    };
    let settings = deskferry_sandbox::Settings { rate: None, workspace, ..deskferry_sandbox::Settings::default() };
    let running = deskferry_sandbox::serve(settings).await?;
    println!("http://{}", running.addr());
    tokio::task::spawn_blocking(|| std::io::stdin().read(&mut [0])).await??;
    running.stop();
    Ok(())
}

/// The sandbox's process; it ends when this is dropped.
struct Sandbox {
    process: Child,
    _life: ChildStdin,
    url: String,
}

impl Sandbox {
    fn start() -> Result<Self> {
        let mut command = Command::new(std::env::current_exe()?);
        let mut process = command.arg("sandbox").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let life = process.stdin.take().ok_or("no stdin")?;
        let mut url = String::new();
        BufReader::new(process.stdout.take().ok_or("no stdout")?).read_line(&mut url)?;
        Ok(Self { process, _life: life, url: url.trim().to_owned() })
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        // It ends by itself when its input does; this only makes it sooner.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

async fn run(plan: &Plan) -> Result<()> {
    let folder = std::env::temp_dir().join(format!("deskferry-bench-load-{}", std::process::id()));
    let stage = plan.stage.clone().unwrap_or_else(|| folder.to_string_lossy().into_owned());
    let measured = measure(plan, &stage).await;
    if plan.stage.is_none() {
        std::fs::remove_dir_all(&folder)?;
    }
    measured
}

async fn measure(plan: &Plan, stage: &str) -> Result<()> {
    let Desk { conversations, parts, files_every } = plan.desk;
    let sizes = [("--conversations", conversations), ("--parts", parts), ("--files-every", files_every)]
        .map(|(k, v)| (k, v.to_string()));
    let mut made = Command::new(std::env::current_exe()?);
    made.args(["publish", "--stage", stage]).args(sizes.iter().flat_map(|(name, value)| [*name, value.as_str()]));
    if !made.status()?.success() {
        return Err("the desk was not published".into());
    }
    let context = context(stage)?;
    let manifest = context.staging.latest("intercom").await?.ok_or("no desk in the stage")?;
    let sandbox = Sandbox::start()?;
    let settings = Settings {
        placeholder_admin: Some("owner@desk.example".into()),
        ..Settings::new(&sandbox.url, Secret::new("token"))
    };
    let idle_kb = memory_peak_kb()?;
    let summary = deskferry_load::load(&context, &settings, &manifest, &Filter::default()).await?;
    let peak_kb = memory_peak_kb()?;
    let (own, others) = (cpu_seconds("self")?, cpu_seconds(&sandbox.process.id().to_string())?);
    let segments = context.staging.log("ledger", "entries")?.parts().await?;

    let writes: u64 = summary.calls.iter().filter(|(name, _)| !name.starts_with("GET")).map(|(_, calls)| calls).sum();
    let seconds = summary.duration.as_secs_f64();
    let stored: u64 = segments.iter().map(|segment| segment.bytes).sum();
    let bad: u64 = summary.tables.iter().map(|(_, c)| c.rejected + c.unknown + c.not_sent).sum();
    let mut out = std::io::stdout().lock();
    writeln!(out, "load without a limit, {}, {}", machine()?, chrono::Utc::now().format("%Y-%m-%d"))?;
    writeln!(
        out,
        "  {conversations} conversations of {parts} parts; files on every {files_every}th, {} files",
        manifest.rows("attachments")
    )?;
    writeln!(out, "  {writes} writes and {} reads in {seconds:.1} s", summary.calls_total - writes)?;
    writeln!(out, "  calls/s                         {:>10.0}", summary.calls_total as f64 / seconds)?;
    let each = |cpu: f64| cpu * 1e6 / summary.calls_total as f64;
    writeln!(out, "  processor time per call         {:>10.0} µs loader, {:.0} µs sandbox", each(own), each(others))?;
    writeln!(out, "  calls/s on two cores all ours   {:>10.0}", 2e6 / (each(own) + each(others)))?;
    writeln!(
        out,
        "  peak memory of the loader       {:>10.1} MiB, {:.1} MiB before the load",
        mib(peak_kb),
        mib(idle_kb)
    )?;
    writeln!(out, "  calls / minimum                 {:>10.4}", writes as f64 / plan.calls_min() as f64)?;
    let per_calls = segments.len() as f64 / writes as f64 * 1e5;
    writeln!(
        out,
        "  ledger segments                 {:>10}, {per_calls:.0} per 100,000 calls, {:.1} MiB",
        segments.len(),
        stored as f64 / f64::from(1 << 20)
    )?;
    writeln!(out, "  refused, unknown or not sent    {bad:>10}")?;
    Ok(())
}

fn mib(kb: u64) -> f64 {
    kb as f64 / 1024.0
}

/// A number of kilobytes in a file of `/proc`.
fn kilobytes(file: &str, name: &str) -> Result<u64> {
    let text = std::fs::read_to_string(file)?;
    let line = text.lines().find_map(|line| line.strip_prefix(name)).ok_or("no such line")?;
    Ok(line.trim_start_matches(':').trim().trim_end_matches("kB").trim().parse()?)
}

fn memory_peak_kb() -> Result<u64> {
    kilobytes("/proc/self/status", "VmHWM")
}

/// Processor time of a process so far: fields 14 and 15 of its `stat`, in hundredths of a second.
fn cpu_seconds(process: &str) -> Result<f64> {
    let text = std::fs::read_to_string(format!("/proc/{process}/stat"))?;
    let fields: Vec<&str> = text.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks = |place: usize| fields.get(place).and_then(|field| field.parse::<f64>().ok()).unwrap_or_default();
    Ok((ticks(11) + ticks(12)) / 100.0)
}

fn machine() -> Result<String> {
    let cores = std::thread::available_parallelism()?;
    Ok(format!("{cores} cores, {:.0} GiB", mib(kilobytes("/proc/meminfo", "MemTotal")?) / 1024.0))
}
