//! Progress on stderr: bars on a terminal, else a line every ten seconds; a line for every table that ends with its row counts.

use std::collections::HashMap;
use std::io::IsTerminal as _;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use deskferry_staging::{Progress, Tick};
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use crate::report::{duration, number, say};

/// Time between two lines where there is no terminal.
const LINE_EVERY: Duration = Duration::from_secs(10);

/// Told by a stage how far it is.
pub(crate) fn progress() -> Progress {
    if std::io::stderr().is_terminal() { bars() } else { lines() }
}

/// A bar for each table: done and total, rate, time left, and what the stage says of itself.
fn bars() -> Progress {
    let all = MultiProgress::new();
    let bars: Mutex<HashMap<String, ProgressBar>> = Mutex::new(HashMap::new());
    let template = "{prefix:18} {bar:16} {human_pos} / {human_len}  {eta} left  {wide_msg}";
    let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
    Arc::new(move |tick| {
        let Tick { table, done, total, note, is_end } = *tick;
        let mut bars = bars.lock().unwrap_or_else(PoisonError::into_inner);
        if is_end {
            if let Some(bar) = bars.remove(table) {
                bar.finish_and_clear();
            }
            all.suspend(|| say(format!("{table}: {note}")));
            return;
        }
        let bar = bars.entry(table.to_owned()).or_insert_with(|| {
            let bar = ProgressBar::new(total.unwrap_or(0)).with_style(style.clone()).with_prefix(table.to_owned());
            let bar = all.add(bar);
            bar.enable_steady_tick(Duration::from_millis(200));
            bar
        });
        if let Some(total) = total {
            bar.set_length(total);
        }
        bar.set_position(done);
        bar.set_message(note.to_owned());
        if total == Some(done) && !bar.is_finished() {
            bar.finish_and_clear();
        }
    })
}

/// A line every ten seconds.
#[allow(clippy::disallowed_methods, reason = "shown to people, decides nothing")]
fn lines() -> Progress {
    let clock = Mutex::new(Clock { since: HashMap::new(), said: Instant::now() });
    Arc::new(move |tick| {
        let mut clock = clock.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(line) = clock.line(tick, Instant::now()) {
            say(line);
        }
    })
}

/// When each table began, and when the last line was said.
struct Clock {
    since: HashMap<String, Instant>,
    said: Instant,
}

impl Clock {
    /// The line that is due, if one is.
    fn line(&mut self, tick: &Tick<'_>, now: Instant) -> Option<String> {
        let Tick { table, done, total, note, is_end } = *tick;
        if is_end {
            self.said = now;
            return Some(format!("{table}: {note}"));
        }
        let since = *self.since.entry(table.to_owned()).or_insert(now);
        if now - self.said < LINE_EVERY {
            return None;
        }
        self.said = now;
        let mut line = format!("{table}: {} rows", number(done));
        if let Some(total) = total {
            line = format!("{table}: {} of {} rows", number(done), number(total));
            let elapsed = now - since;
            if done > 0 && done < total && elapsed > Duration::ZERO {
                let left = elapsed.mul_f64((total - done) as f64 / done as f64);
                line += &format!(", about {} left", duration(left));
            }
        }
        if !note.is_empty() {
            line += &format!(", {note}");
        }
        Some(line)
    }
}

#[cfg(test)]
#[allow(clippy::disallowed_methods)]
mod tests {
    use super::*;

    #[test]
    fn a_line_comes_every_ten_seconds_and_at_the_end_of_a_table() {
        let start = Instant::now();
        let mut clock = Clock { since: HashMap::new(), said: start };
        let mut line = |seconds, done, note, is_end| {
            let tick = Tick { table: "contacts", done, total: Some(1_000), note, is_end };
            clock.line(&tick, start + Duration::from_secs(seconds))
        };
        assert_eq!(line(0, 0, "", false), None);
        assert_eq!(line(9, 90, "", false), None);
        let wanted = "contacts: 100 of 1,000 rows, about 1 min 30 s left, 16 calls/s";
        assert_eq!(line(10, 100, "16 calls/s", false).as_deref(), Some(wanted));
        assert_eq!(line(11, 110, "", false), None);
        assert_eq!(line(12, 1_000, "1,000 in", true).as_deref(), Some("contacts: 1,000 in"));
    }
}
