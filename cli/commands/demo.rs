//! `demo`: the whole pipeline on a bundled Hesk desk, into a sandbox of its own, in `./demo`.

use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context as _, Result};
use deskferry_sandbox::WorkspaceFile;
use include_dir::{Dir, include_dir};

use super::Migration;
use crate::args::{Demo, Load, Reconcile, ReconcileFormat};
use crate::error::refused;
use crate::progress::progress;
use crate::report::say;
use crate::settings;

static DESK: &[u8] = include_bytes!("../demo/desk.sql.gz");
static DESK_SETTINGS: &[u8] = include_bytes!("../demo/hesk_settings.inc.php");
static WORKSPACE: &str = include_str!("../demo/workspace.json");
static ATTACHMENTS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/cli/demo/attachments");

/// First line of the settings that a demo writes: a folder that begins otherwise is not ours to clear.
const MARK: &str = "# Written by `deskferry demo`; the next demo replaces this folder.";

/// Runs all stages and says what each has done.
pub(crate) async fn run(directory: &Path, demo: &Demo) -> Result<ExitCode> {
    let folder = directory.join("demo");
    prepare(&folder)?;
    let workspace = WorkspaceFile::from_json(WORKSPACE).context("the bundled workspace cannot be read")?;
    let sandbox = deskferry_sandbox::serve(deskferry_sandbox::Settings {
        workspace,
        search_delay: Duration::from_millis(500),
        ..deskferry_sandbox::Settings::default()
    })
    .await
    .map_err(|e| refused(format!("the sandbox cannot start: {e}"), "the demo needs a free port on 127.0.0.1"))?;
    let url = format!("http://{}", sandbox.addr());
    write(&folder.join(settings::FILE), settings_text(&url).as_bytes())?;
    write(&folder.join("workspace.json"), WORKSPACE.as_bytes())?;

    say("A Hesk 3.7 help desk (an invented bicycle shop, 200 tickets, every nasty case we know) moves into a");
    say(format!("stand-in Intercom workspace at {url}, in which two teammates are missing.\n"));
    let variable = |name: &str| (name == "INTERCOM_TOKEN").then(|| "demo".to_owned());
    let migration = Migration::open_with(&folder, variable, progress())?;
    crate::surroundings::stop_on_signal(&migration.context);
    let code = stages(&migration).await?;

    let (program, at) = (program(), folder.display());
    say("\nEverything is left in ./demo. Try next:");
    say(format!(
        "  {program} -C {at} sql \"SELECT title, state, custom_attributes ->> 'Hesk status' AS status FROM intercom.conversations LIMIT 5\""
    ));
    say(format!("  {program} -C {at} sql \"SELECT * FROM intercom.rejects\""));
    say(format!("  {program} -C {at} explain hesk:ticket:128"));
    say(format!("  {program} -C {at} runs"));
    if demo.serve {
        say(format!("\nThe workspace is open at {url} in a browser until Ctrl-C."));
        crate::surroundings::stop_signal().await?;
    } else {
        say("`deskferry demo --serve` keeps the workspace up, so that its inbox can be looked at in a browser.");
    }
    sandbox.stop();
    sandbox.stopped().await;
    Ok(code)
}

async fn stages(migration: &Migration) -> Result<ExitCode> {
    say("── 1/5 check: what has to be done first ─────────────────────────────────────────");
    super::check::run(migration, false).await?;
    say("\n── 2/5 extract: the dump to Parquet ─────────────────────────────────────────────");
    super::extract::run(
        migration,
        &crate::args::Extract { tables: vec![], sample: None, since_last: false, resume: false, anew: false },
        false,
    )
    .await?;
    say("\n── 3/5 transform: SQL models to Intercom-shaped tables ──────────────────────────");
    super::transform::run(migration, &Default::default(), false).await?;
    say("\n── 4/5 load: over HTTP, through the ledger ──────────────────────────────────────");
    super::load::run(migration, &Load::default(), false).await?;
    say("\n── 5/5 reconcile: source, stage, ledger and workspace side by side ──────────────");
    let how = Reconcile { format: ReconcileFormat::Table, out: None, files: true, offline: false };
    super::reconcile::run(migration, &how, false).await
}

/// How this command was called, so that what is to be tried next can be copied: after a build it is not on the path.
fn program() -> String {
    std::env::args().next().unwrap_or_else(|| "deskferry".to_owned())
}

/// An empty demo folder with the desk in it; a folder that no demo has written is left alone.
fn prepare(folder: &Path) -> Result<()> {
    let file = folder.join(settings::FILE);
    if folder.exists() {
        let ours = std::fs::read_to_string(&file).is_ok_and(|text| text.starts_with(MARK));
        let empty = std::fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_none());
        if !ours && !empty {
            return Err(refused(
                format!("{} exists and was not written by a demo", folder.display()),
                "run the demo in another folder with -C",
            ));
        }
        std::fs::remove_dir_all(folder).with_context(|| format!("cannot clear {}", folder.display()))?;
    }
    // Marked before anything else is written, so that a demo that dies here can be run again.
    write(&file, format!("{MARK}\n").as_bytes())?;
    write(&folder.join("source/desk.sql.gz"), DESK)?;
    write(&folder.join("source/hesk_settings.inc.php"), DESK_SETTINGS)?;
    unpack(&ATTACHMENTS, &folder.join("source/attachments"))
}

fn unpack(dir: &Dir<'_>, target: &Path) -> Result<()> {
    for file in dir.files() {
        write(&target.join(file.path()), file.contents())?;
    }
    dir.dirs().try_for_each(|sub| unpack(sub, target))
}

fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
    }
    std::fs::write(path, bytes).with_context(|| format!("cannot write {}", path.display()))
}

fn settings_text(url: &str) -> String {
    format!(
        r#"{MARK}
[source]
kind = "hesk"
url = "source/desk.sql.gz"
attachments = "source/attachments"
settings_file = "source/hesk_settings.inc.php"
table_prefix = "hesk_"
timezone = "America/New_York"
site_url = "https://help.larkspur.example"

[staging]
url = "staging"

[intercom]
url = "{url}"
token = "${{INTERCOM_TOKEN}}"

[load]
placeholder_admin = "migration@larkspur.example"
"#
    )
}
