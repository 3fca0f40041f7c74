//! Clock, chance, environment and Ctrl-C: the only place that reads them.

use deskferry_staging::{Context, Progress, Staging};

use crate::settings::Settings;

/// A variable of the environment.
pub(crate) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// What time it is.
#[allow(clippy::disallowed_methods, reason = "the one clock of the program")]
pub(crate) fn now() -> chrono::DateTime<chrono::Utc> {
    chrono::Utc::now()
}

/// Opens the stage; the environment gives the store's credentials.
pub(crate) fn staging(settings: &Settings) -> anyhow::Result<Staging> {
    Ok(Staging::open(&settings.staging.url, store_options())?)
}

/// Options of object stores as the environment gives them: AWS_…, GOOGLE_…, AZURE_….
pub(crate) fn store_options() -> Vec<(String, String)> {
    let known = |name: &str| ["aws_", "google_", "azure_"].iter().any(|prefix| name.starts_with(prefix));
    std::env::vars().map(|(name, value)| (name.to_ascii_lowercase(), value)).filter(|(name, _)| known(name)).collect()
}

/// The surroundings of a run: Ctrl-C asks it to stop after the call in hand, a second one ends the process.
pub(crate) fn context(staging: Staging, progress: Progress) -> Context {
    let mut context = Context::new(staging, now, rand::random::<u32>);
    context.progress = progress;
    let cancel = context.cancel.clone();
    tokio::spawn(async move {
        let mut asked = false;
        while tokio::signal::ctrl_c().await.is_ok() {
            if asked {
                std::process::exit(1);
            }
            asked = true;
            crate::report::say("stopping after the call in hand; press Ctrl-C again to stop at once");
            cancel.cancel();
        }
    });
    context
}
