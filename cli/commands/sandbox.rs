//! `sandbox`: the stand-in Intercom.

use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context as _, Result};
use deskferry_sandbox::{Faults, Settings, Webhook, WorkspaceFile};

use crate::args::Sandbox;
use crate::error::refused;
use crate::report::{print, say};
use crate::surroundings::stop_signal;

/// How long a new contact stays out of searches.
const SEARCH_DELAY: Duration = Duration::from_secs(2);

/// Serves until Ctrl-C.
pub(crate) async fn run(sandbox: &Sandbox, json: bool) -> Result<ExitCode> {
    let faults = match &sandbox.faults {
        Some(text) => text.parse::<Faults>().map_err(|e| {
            refused(
                format!("--faults cannot be read: {e}"),
                "for example --faults \"429=0.05,lost=0.01,latency=50ms..300ms\"",
            )
        })?,
        None => Faults::default(),
    };
    let workspace = match &sandbox.workspace {
        Some(path) => workspace(path)?,
        None => WorkspaceFile::default(),
    };
    let settings = Settings {
        listen: sandbox.listen,
        rate: (sandbox.rate > 0).then_some(sandbox.rate),
        faults,
        seed: sandbox.seed,
        token: sandbox.token.clone(),
        workspace,
        search_delay: SEARCH_DELAY,
        webhook: sandbox
            .webhook
            .clone()
            .zip(sandbox.webhook_secret.clone())
            .map(|(url, secret)| Webhook { url, secret }),
        ..Settings::default()
    };
    let running = deskferry_sandbox::serve(settings)
        .await
        .map_err(|e| refused(format!("the sandbox cannot start: {e}"), "choose another --listen address"))?;
    let url = format!("http://{}", running.addr());
    if json {
        print(serde_json::json!({ "url": url }).to_string())?;
    } else {
        print(&url)?;
    }
    say(format!(
        "a stand-in Intercom workspace at {url}; open it in a browser to see what is imported. Ctrl-C ends it."
    ));
    stop_signal().await?;
    running.stop();
    running.stopped().await;
    Ok(ExitCode::SUCCESS)
}

/// Reads a workspace file.
pub(crate) fn workspace(path: &Path) -> Result<WorkspaceFile> {
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    WorkspaceFile::from_json(&text)
        .map_err(|e| refused(format!("{} cannot be used: {e}", path.display()), "see `deskferry sandbox --help`"))
}
