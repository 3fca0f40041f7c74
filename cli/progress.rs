//! Progress on stderr: bars on a terminal, a line per table otherwise.

use std::collections::HashMap;
use std::io::IsTerminal as _;
use std::sync::{Arc, Mutex};

use deskferry_staging::{Progress, Tick};
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

/// Told by a stage how far it is; on a terminal each table has a bar.
pub(crate) fn progress() -> Progress {
    if !std::io::stderr().is_terminal() {
        return Arc::new(|_| {});
    }
    let all = MultiProgress::new();
    let bars: Mutex<HashMap<String, ProgressBar>> = Mutex::new(HashMap::new());
    let style = ProgressStyle::with_template("{msg:24} {bar:30} {human_pos:>10} / {human_len} {per_sec:>14}")
        .unwrap_or_else(|_| ProgressStyle::default_bar());
    Arc::new(move |tick| {
        let Tick { table, done, total, .. } = *tick;
        let Ok(mut bars) = bars.lock() else { return };
        let bar = bars.entry(table.to_owned()).or_insert_with(|| {
            let bar =
                all.add(ProgressBar::new(total.unwrap_or(0)).with_style(style.clone()).with_message(table.to_owned()));
            bar.enable_steady_tick(std::time::Duration::from_millis(200));
            bar
        });
        if let Some(total) = total {
            bar.set_length(total);
        }
        bar.set_position(done);
        if total == Some(done) && !bar.is_finished() {
            bar.finish_and_clear();
        }
    })
}
