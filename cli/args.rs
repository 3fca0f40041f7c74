//! The command line. Doc comments are the help text.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum};

/// Moves a help desk into Intercom: extract, transform and load over staged Parquet, each to be run again on its own.
#[derive(Debug, Parser)]
#[command(name = "deskferry", version, propagate_version = true, arg_required_else_help = true)]
pub(crate) struct Args {
    /// Folder of the migration: where deskferry.toml, mapping/ and the stage are.
    #[arg(short = 'C', long = "directory", value_name = "DIR", global = true, default_value = ".")]
    pub(crate) directory: PathBuf,
    /// Print data as JSON.
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Write deskferry.toml and mapping/ for a new migration.
    Init(Init),
    /// Connect to both sides: counts, what is missing, what to switch off first. Changes nothing.
    Check,
    /// Ask a live source with an API what it is like, by a few calls that change nothing, and correct its spec with it.
    Probe(Probe),
    /// Source to raw tables in the stage.
    Extract(Extract),
    /// Raw tables to Intercom-shaped tables; contract and checks. Models that have not changed do not run again.
    Transform(Transform),
    /// Have a server word what is known about each customer; the next transform puts it into `knowledge`. See [distill].
    Distill(Distill),
    /// What `load` would create, update and skip, how many calls it needs and how long it takes. Sends nothing.
    Plan(Load),
    /// Intercom-shaped tables to Intercom: only what is new or has changed.
    Load(Load),
    /// Extract what has changed, transform it and load it, as one: for cron, or again and again. Two at once exclude each other.
    Sync(Sync),
    /// Steps whose outcome could not be found again: list them, or say what became of one.
    Settle(Settle),
    /// Take back what loads have done, newest first, and prove it by reading back. Asks first.
    Rollback(Rollback),
    /// Source, stage, ledger and workspace side by side; exit 1 where they do not balance.
    Reconcile(Reconcile),
    /// One row's whole way: raw row, models, checks, payload, calls, id in Intercom.
    Explain(Explain),
    /// What differs between two runs of a table, two tables, or two folders of Parquet: rows, columns, values.
    Diff(Diff),
    /// A document to hand on: scope, checklist, inventory.
    Report(Report),
    /// A query, a script, or an interactive shell over all staged tables.
    Sql(Sql),
    /// Runs in the stage and their manifests.
    Runs(Runs),
    /// Take Intercom's webhooks in, and bring the copy up to date by them, until Ctrl-C. Also a status page, /health and /metrics.
    Serve(Serve),
    /// How the copy of a workspace stands: rows, last sync, lag, events.
    Status,
    /// A stand-in Intercom workspace over HTTP, for rehearsals.
    Sandbox(Sandbox),
    /// The whole pipeline on a bundled Hesk help desk into a sandbox, in ./demo.
    Demo(Demo),
}

/// Arguments of `init`.
#[derive(Debug, ClapArgs)]
pub(crate) struct Init {
    /// The help desk to move.
    #[arg(required_unless_present = "explain_spec")]
    pub(crate) source: Option<String>,
    /// Show every key that the spec of a source can have, and write nothing.
    #[arg(long)]
    pub(crate) explain_spec: bool,
}

/// Arguments of `probe`.
#[derive(Debug, ClapArgs)]
pub(crate) struct Probe {
    /// Only these tables, and those that their rows belong to.
    #[arg(value_name = "TABLE")]
    pub(crate) tables: Vec<String>,
    /// Write the spec to this file, in the migration's folder, whatever is there. [default: sources/NAME.toml, where something was
    /// corrected and that file is not there]
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
}

/// Arguments of `extract`.
#[derive(Debug, ClapArgs)]
pub(crate) struct Extract {
    /// Only these tables.
    #[arg(value_name = "TABLE")]
    pub(crate) tables: Vec<String>,
    /// Only the newest N tickets and what belongs to them, for a trial: messages, people, files, and every small table whole.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) sample: Option<u64>,
    /// Only what differs from the last state: new and changed rows, and which rows are gone.
    #[arg(long, conflicts_with = "sample")]
    pub(crate) since_last: bool,
    /// Go on with the newest extract that was stopped before it was published. Sources with an API only: others begin anew.
    #[arg(long)]
    pub(crate) resume: bool,
    /// Throw away what a stopped extract has fetched, and begin anew.
    #[arg(long, conflicts_with = "resume")]
    pub(crate) anew: bool,
}

/// Arguments of `transform`.
#[derive(Debug, Default, ClapArgs)]
pub(crate) struct Transform {
    /// Run only the models of these tables, what depends on them, and what they need that has changed.
    #[arg(long, value_name = "TABLE", num_args = 1.., value_delimiter = ',')]
    pub(crate) only: Vec<String>,
    /// Run every model, also those that have not changed.
    #[arg(long, conflicts_with = "only")]
    pub(crate) anew: bool,
}

/// Arguments of `distill`.
#[derive(Debug, Default, ClapArgs)]
pub(crate) struct Distill {
    /// Ask about at most N customers, those first who were in touch last.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) limit: Option<u64>,
}

/// Arguments of `load` and `plan`.
#[derive(Debug, Default, ClapArgs)]
pub(crate) struct Load {
    /// Only these tables.
    #[arg(long, value_name = "TABLE", num_args = 1.., value_delimiter = ',')]
    pub(crate) only: Vec<String>,
    /// Only rows for which this SQL condition holds, with --only naming one table.
    #[arg(long = "where", value_name = "SQL")]
    pub(crate) condition: Option<String>,
    /// A sample: N conversations with their contacts, companies and files, and nothing else. With --only: N rows of each table.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) limit: Option<u64>,
    /// End after this table, so that it can be looked at before the next.
    #[arg(long, value_name = "TABLE")]
    pub(crate) stop_after: Option<String>,
    /// Send refused rows again although they have not changed. Choosing rows with --only or --where does so too.
    #[arg(long)]
    pub(crate) retry_rejected: bool,
    /// Into a database: compare the rows of every table, also of those that are as the last load has left them.
    #[arg(long)]
    pub(crate) verify: bool,
    /// Share of refused rows of a table, from 0 to 1, above which the load stops. [default: 0.01]
    #[arg(long, value_name = "SHARE", value_parser = share)]
    pub(crate) reject_rate_max: Option<f64>,
}

/// Arguments of `sync`.
#[derive(Debug, ClapArgs)]
pub(crate) struct Sync {
    /// Begin anew so often, until Ctrl-C: 30s, 15m, 1h, 1day. Without it once.
    #[arg(long, value_name = "TIME", value_parser = humantime::parse_duration)]
    pub(crate) every: Option<Duration>,
    /// Read all of the source, not only what has changed.
    #[arg(long)]
    pub(crate) full: bool,
}

/// Arguments of `settle`.
#[derive(Debug, ClapArgs)]
pub(crate) struct Settle {
    /// Source key of the row.
    pub(crate) key: Option<String>,
    /// Its table, where the key alone does not tell.
    #[arg(long, value_name = "TABLE")]
    pub(crate) table: Option<String>,
    /// The step, where several of the row are unknown.
    #[arg(long, value_name = "STEP")]
    pub(crate) step: Option<String>,
    /// It is in Intercom: this is its id.
    #[arg(long, value_name = "ID", requires = "key")]
    pub(crate) is: Option<String>,
    /// It is not in Intercom: the next load sends it.
    #[arg(long, requires = "key", conflicts_with = "is")]
    pub(crate) absent: bool,
}

fn share(text: &str) -> Result<f64, String> {
    text.parse().ok().filter(|share| (0.0..=1.0).contains(share)).ok_or_else(|| "give a number from 0 to 1".to_owned())
}

/// Arguments of `rollback`.
#[derive(Debug, ClapArgs)]
pub(crate) struct Rollback {
    /// Only what this load has done: its run, or the beginning of it.
    #[arg(long, value_name = "RUN")]
    pub(crate) run: Option<String>,
    /// Only these tables.
    #[arg(long, value_name = "TABLE", num_args = 1.., value_delimiter = ',')]
    pub(crate) only: Vec<String>,
    /// Do not ask.
    #[arg(long)]
    pub(crate) yes: bool,
}

/// Arguments of `reconcile`.
#[derive(Debug, ClapArgs)]
pub(crate) struct Reconcile {
    /// How to print it.
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: ReconcileFormat,
    /// Write to this file instead of stdout.
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// Read the bytes of attachments back as well, and compare their hashes.
    #[arg(long)]
    pub(crate) files: bool,
    /// Compare with what was read back last, instead of reading the workspace again.
    #[arg(long, conflicts_with = "files")]
    pub(crate) offline: bool,
}

/// How a reconciliation is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(crate) enum ReconcileFormat {
    /// Tables for people.
    #[default]
    Table,
    /// One JSON object.
    Json,
    /// CSV, one part after the other.
    Csv,
    /// One page for people who were not there; needs no network. The queries of its parts: sql/reconcile/page/.
    Html,
}

/// Arguments of `explain`.
#[derive(Debug, ClapArgs)]
pub(crate) struct Explain {
    /// A source key, a part of one, or an id of Intercom.
    pub(crate) key: String,
    /// Its table, where the key alone does not tell.
    #[arg(long, value_name = "TABLE")]
    pub(crate) table: Option<String>,
}

/// Arguments of `diff`.
#[derive(Debug, ClapArgs)]
pub(crate) struct Diff {
    /// The table: `conversations` (of intercom), `hesk.tickets`.
    pub(crate) table: String,
    /// Before: a run or the beginning of its id, another table (`intercom_live.contacts`), or a path to Parquet. [default: the
    /// run before the newest]
    #[arg(long, value_name = "RUN|TABLE|PATH")]
    pub(crate) from: Option<String>,
    /// After: likewise. [default: the newest run]
    #[arg(long, value_name = "RUN|TABLE|PATH")]
    pub(crate) to: Option<String>,
    /// Columns that tell rows apart. [default: the key of the table]
    #[arg(long, value_name = "COLUMN", num_args = 1.., value_delimiter = ',')]
    pub(crate) key: Vec<String>,
    /// Only counts, and for each column the share of rows in which it is the same.
    #[arg(long)]
    pub(crate) summary: bool,
    /// How to print it.
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,
}

/// Arguments of `report`.
#[derive(Debug, ClapArgs)]
pub(crate) struct Report {
    /// scope: what moves, how much and how long. checklist: what an administrator has to do. inventory: what has to be rebuilt by
    /// hand. What else the source has, such as recordings. Or a folder of your own, sql/report/NAME.
    pub(crate) name: String,
    /// How to write it.
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: DocumentFormat,
    /// Write to this file instead of stdout.
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// Write each part as CSV into this folder instead, with the files that its rows name by `sha256` and `file`.
    #[arg(long, value_name = "DIR", conflicts_with_all = ["out", "format"])]
    pub(crate) package: Option<PathBuf>,
}

/// How a document is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(crate) enum DocumentFormat {
    /// Markdown.
    #[default]
    Markdown,
    /// One page that needs no network.
    Html,
}

/// Arguments of `sql`.
#[derive(Debug, ClapArgs)]
pub(crate) struct Sql {
    /// One or more statements; without them an interactive shell on a terminal, else statements from standard input.
    pub(crate) query: Option<String>,
    /// Statements and \\commands from a file; \\? lists the commands. A path that is not on the disk is one of those that come with it, such as
    /// sql/examples/NAME.sql.
    #[arg(long, value_name = "FILE", conflicts_with = "query")]
    pub(crate) file: Option<PathBuf>,
    /// How to write rows; parquet needs --out or a pipe.
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: RowFormat,
    /// Write rows to this file instead of stdout; it is there once all of them are.
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// Every table as it was when this run had been published: the run, or the beginning of its id.
    #[arg(long, value_name = "RUN")]
    pub(crate) run: Option<String>,
    /// Write CREATE VIEW statements with which DuckDB gives the same rows.
    #[arg(long, conflicts_with_all = ["query", "file"])]
    pub(crate) views: bool,
    /// Serve PostgreSQL clients on this address until Ctrl-C, such as 127.0.0.1:5433; port 0 takes a free one. The password is
    /// `[sql] password`, else ${DESKFERRY_SQL_PASSWORD}; any user name will do.
    #[arg(long, value_name = "ADDR", conflicts_with_all = ["query", "file", "views", "out"])]
    pub(crate) serve: Option<SocketAddr>,
    /// Allow --serve an address that other machines can reach. The connection is not encrypted.
    #[arg(long, requires = "serve")]
    pub(crate) remote: bool,
}

/// How `sql` writes rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(crate) enum RowFormat {
    /// A table for people.
    #[default]
    Table,
    /// CSV with a header line.
    Csv,
    /// One JSON array of objects.
    Json,
    /// A Parquet file.
    Parquet,
}

/// How rows are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(crate) enum Format {
    /// A table for people.
    #[default]
    Table,
    /// One JSON array of objects.
    Json,
    /// CSV with a header line.
    Csv,
}

/// Arguments of `runs`.
#[derive(Debug, ClapArgs)]
pub(crate) struct Runs {
    /// More than the list.
    #[command(subcommand)]
    pub(crate) action: Option<RunsAction>,
}

/// What `runs` can do besides listing.
#[derive(Debug, Subcommand)]
pub(crate) enum RunsAction {
    /// One run: what it read, which files shaped it, rows, hashes and times of its tables. With --json its manifest.
    Show {
        /// Its id, or the beginning of it.
        run: String,
    },
    /// Where a table comes from, back to the extract: models and their hashes, runs, specs. Of a run: the runs that it read.
    Lineage {
        /// A table (`conversations`, `hesk.tickets`), or a run or the beginning of its id.
        what: String,
    },
    /// Remove runs that nothing needs any more, and what runs that were never published have left. Asks first.
    Prune {
        /// Keep so many of the newest runs of each schema, and all that they and the tables of today need.
        #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
        keep: u32,
        /// Do not ask.
        #[arg(long)]
        yes: bool,
    },
}

/// Arguments of `serve`.
#[derive(Debug, ClapArgs)]
pub(crate) struct Serve {
    /// Address to listen on, behind a proxy that has HTTPS; port 0 takes a free one.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8090")]
    pub(crate) listen: SocketAddr,
}

/// Arguments of `sandbox`.
#[derive(Debug, ClapArgs)]
pub(crate) struct Sandbox {
    /// Address to listen on; port 0 takes a free one.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8089")]
    pub(crate) listen: SocketAddr,
    /// JSON file with id, admins, teams, custom_object_types and ticket_types; without an id each start is another workspace.
    #[arg(long, value_name = "FILE")]
    pub(crate) workspace: Option<PathBuf>,
    /// Calls per 10 seconds; 0 is no limit.
    #[arg(long, value_name = "N", default_value_t = 1667)]
    pub(crate) rate: u32,
    /// Faults to inject, for example "429=0.05,500=0.02,lost=0.01,timeout=0.01,latency=50ms..300ms".
    #[arg(long, value_name = "SPEC")]
    pub(crate) faults: Option<String>,
    /// Where chance begins: the same seed gives the same faults.
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) seed: u64,
    /// The only bearer token to accept; without it any is.
    #[arg(long, value_name = "TOKEN")]
    pub(crate) token: Option<String>,
    /// Send an event to this address for every change that has a topic, until it is taken.
    #[arg(long, value_name = "URL", requires = "webhook_secret")]
    pub(crate) webhook: Option<String>,
    /// What events are signed with.
    #[arg(long, value_name = "SECRET", requires = "webhook")]
    pub(crate) webhook_secret: Option<String>,
}

/// Arguments of `demo`.
#[derive(Debug, ClapArgs)]
pub(crate) struct Demo {
    /// Keep the sandbox up afterwards, so that its inbox can be looked at in a browser, until Ctrl-C.
    #[arg(long)]
    pub(crate) serve: bool,
}
