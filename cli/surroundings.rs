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

/// The surroundings of a run.
pub(crate) fn context(staging: Staging, progress: Progress) -> Context {
    let mut context = Context::new(staging, now, rand::random::<u32>);
    context.progress = progress;
    context
}

/// From now on Ctrl-C or SIGTERM asks a run to stop after the call in hand; a second one ends the process.
pub(crate) fn stop_on_signal(context: &Context) {
    let context = context.clone();
    apart(async move { stop_when_asked(&context).await });
}

/// From now on Ctrl-C calls this, each time, and does not end the process.
pub(crate) fn on_interrupt(pressed: impl Fn() + Send + 'static) {
    use tokio::signal::unix::{SignalKind, signal};
    let (sender, listening) = std::sync::mpsc::channel();
    apart(async move {
        let Ok(mut interrupts) = signal(SignalKind::interrupt()) else { return };
        // Nobody minds where the caller has gone on.
        let _ = sender.send(());
        while interrupts.recv().await.is_some() {
            pressed();
        }
    });
    // A line editor puts back the handler that it has found, so ours is there first. Where there can be none, nothing is sent.
    let _ = listening.recv();
}

/// On a thread of its own: a heavy query keeps the runtime's threads busy.
fn apart(listening: impl Future<Output = ()> + Send + 'static) {
    std::thread::spawn(move || {
        if let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() {
            runtime.block_on(listening);
        }
    });
}

async fn stop_when_asked(context: &Context) {
    while stop_signal().await.is_ok() {
        if context.cancel.is_cancelled() {
            crate::report::say("stopped at once; the same command goes on where this one ended");
            std::process::exit(1);
        }
        crate::report::say("stopping after the call in hand; press Ctrl-C again to stop at once");
        context.cancel.cancel();
    }
}

/// Ctrl-C, or the signal that service managers and containers send.
pub(crate) async fn stop_signal() -> anyhow::Result<()> {
    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    tokio::select! {
        outcome = tokio::signal::ctrl_c() => outcome?,
        _ = terminate.recv() => {}
    }
    Ok(())
}
