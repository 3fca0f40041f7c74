//! Calls per 10-second window, windows aligned to the sandbox's clock; each token is an app with a limit of its own.

use crate::RateSettings;
use serde_json::{Value, json};
use std::collections::HashMap;

/// Length of a window.
const WINDOW_MS: i64 = 10_000;
/// Length of the slices by which a window's calls are told.
const SLICE_MS: i64 = 100;

/// The counters of the current window, and what was counted in those before.
#[derive(Debug)]
pub(crate) struct RateLimit {
    settings: RateSettings,
    limit: Option<u32>,
    started_ms: Option<i64>,
    window: i64,
    /// Calls of each app, by token.
    used: HashMap<String, u32>,
    /// Calls of the other app that uses the first token seen.
    others: u32,
    first: Option<String>,
    windows: Vec<Window>,
}

/// What was counted in one window.
#[derive(Debug, Default)]
struct Window {
    reset: i64,
    /// Most calls granted to each app while it lasted.
    limit: u32,
    /// Calls granted to all apps seen, less those of the other app.
    granted: u32,
    used: u32,
    refused: u32,
    by_slice: Vec<u32>,
}

/// What the three headers say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Budget {
    pub(crate) limit: u32,
    pub(crate) remaining: u32,
    pub(crate) reset: i64,
    /// The call is over the limit of its app, or of the workspace.
    pub(crate) exceeded: bool,
}

impl RateLimit {
    pub(crate) fn new(limit: Option<u32>, settings: RateSettings) -> Self {
        Self {
            settings,
            limit,
            started_ms: None,
            window: i64::MIN,
            used: HashMap::new(),
            others: 0,
            first: None,
            windows: Vec::new(),
        }
    }

    /// Counts one call; `None` when there is no limit.
    pub(crate) fn take(&mut self, token: &str, now_ms: i64) -> Option<Budget> {
        let limit = self.limit_at(now_ms)?;
        self.begin(now_ms);
        self.first.get_or_insert_with(|| token.to_owned());
        self.others_take(limit, now_ms);
        let others = if self.first.as_deref() == Some(token) { self.others } else { 0 };
        let all: u32 = self.used.values().sum();
        let workspace_full = self.settings.workspace.is_some_and(|most| all + self.others >= most);
        let used = self.used.entry(token.to_owned()).or_default();
        let exceeded = workspace_full || *used + others >= limit;
        *used += u32::from(!exceeded);
        let remaining = limit.saturating_sub(*used + others);
        let reset = (self.window + 1) * WINDOW_MS / 1000;
        self.note(limit, Some(exceeded), now_ms);
        Some(Budget { limit, remaining, reset, exceeded })
    }

    /// The windows so far: `granted` is what the other app left, `by_100_ms` how the calls were spread.
    pub(crate) fn json(&self) -> Value {
        let window = |w: &Window| json!({ "reset": w.reset, "granted": w.granted, "used": w.used, "refused": w.refused, "by_100_ms": w.by_slice });
        self.windows.iter().map(window).collect()
    }

    fn limit_at(&mut self, now_ms: i64) -> Option<u32> {
        let since = now_ms - *self.started_ms.get_or_insert(now_ms);
        let changed = self.settings.changes.iter().rfind(|(after, _)| since >= after.as_millis() as i64);
        changed.map(|(_, limit)| *limit).or(self.limit)
    }

    fn begin(&mut self, now_ms: i64) {
        let window = now_ms.div_euclid(WINDOW_MS);
        if window == self.window {
            return;
        }
        if let Some(limit) = self.windows.last().map(|w| w.limit) {
            let last_ms = (self.window + 1) * WINDOW_MS - 1;
            self.others_take(limit, last_ms);
            self.note(limit, None, last_ms);
        }
        self.window = window;
        self.used.values_mut().for_each(|used| *used = 0);
        self.others = 0;
        let by_slice = vec![0; (WINDOW_MS / SLICE_MS) as usize];
        self.windows.push(Window { reset: (window + 1) * WINDOW_MS / 1000, by_slice, ..Window::default() });
    }

    /// The other app takes its share evenly over the window, as far as there is room.
    fn others_take(&mut self, limit: u32, now_ms: i64) {
        let ours = self.first.as_ref().and_then(|first| self.used.get(first)).copied().unwrap_or_default();
        let elapsed = now_ms.rem_euclid(WINDOW_MS) as f64 / WINDOW_MS as f64;
        let wanted = (f64::from(limit) * self.settings.eaten * elapsed) as u32;
        self.others = self.others.max(wanted.min(limit.saturating_sub(ours)));
    }

    /// Notes what the window has come to, with a call or without.
    fn note(&mut self, limit: u32, exceeded: Option<bool>, now_ms: i64) {
        let limit = self.windows.last().map_or(limit, |w| w.limit.max(limit));
        let (all, apps) = (self.used.values().sum(), self.used.len() as u32);
        let granted = (limit * apps).min(self.settings.workspace.unwrap_or(u32::MAX)).saturating_sub(self.others);
        let Some(window) = self.windows.last_mut() else { return };
        (window.limit, window.granted, window.used) = (limit, granted, all);
        window.refused += u32::from(exceeded == Some(true));
        if let Some(slice) = window.by_slice.get_mut((now_ms.rem_euclid(WINDOW_MS) / SLICE_MS) as usize) {
            *slice += u32::from(exceeded == Some(false));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn limited(limit: u32, settings: RateSettings) -> impl FnMut(&str, i64) -> Budget {
        let mut rate = RateLimit::new(Some(limit), settings);
        move |token, now| rate.take(token, now).unwrap()
    }

    #[test]
    fn a_window_ends_with_the_wall_clock_and_not_ten_seconds_after_the_first_call() {
        let mut take = limited(2, RateSettings::default());
        assert_eq!(take("t", 19_000), Budget { limit: 2, remaining: 1, reset: 20, exceeded: false });
        assert_eq!(take("t", 19_500).remaining, 0);
        assert!(take("t", 19_999).exceeded);
        let next = take("t", 20_000);
        assert_eq!((next.exceeded, next.remaining, next.reset), (false, 1, 30));
    }

    #[test]
    fn each_token_has_its_own_window_under_the_limit_of_the_workspace() {
        let mut take = limited(3, RateSettings { workspace: Some(4), ..RateSettings::default() });
        assert_eq!((take("a", 0).remaining, take("a", 0).remaining, take("b", 0).remaining), (2, 1, 2));
        assert!(!take("b", 0).exceeded);
        let refused = take("a", 0);
        assert_eq!((refused.exceeded, refused.remaining), (true, 1));
    }

    #[test]
    fn another_app_eats_its_share_and_the_limit_changes_when_told() {
        let changes = vec![(Duration::from_secs(20), 10)];
        let mut take = limited(100, RateSettings { eaten: 0.5, changes, ..RateSettings::default() });
        assert_eq!(take("a", 0).remaining, 99);
        assert_eq!(take("a", 8_000).remaining, 100 - 2 - 40);
        assert_eq!(take("a", 20_000).limit, 10);
    }

    #[test]
    fn no_limit_has_no_budget() {
        assert_eq!(RateLimit::new(None, RateSettings::default()).take("t", 1), None);
    }
}
