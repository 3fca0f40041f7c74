//! The apps whose tokens a client has: each with its own budget, together under the limit of their workspace and under what is
//! granted beforehand.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use reqwest::header::HeaderMap;
use tokio::sync::Notify;
use tokio::sync::futures::Notified;

use crate::Grant;
use crate::own_window::OwnWindow;
use crate::rate_limit::{Budget, Room, Seen, WINDOW};
use crate::reply::header;
use crate::workspace_limit::WorkspaceLimit;

#[derive(Debug)]
pub(crate) struct Apps {
    state: Mutex<State>,
    changed: Notify,
}

#[derive(Debug)]
struct State {
    budgets: Vec<Budget>,
    workspace: WorkspaceLimit,
    own: Option<OwnWindow>,
    /// Share of what is granted that is ours, above 0 and at most 1, and the window that keeps to it once a limit is known.
    share: f64,
    shared: Option<OwnWindow>,
}

/// Whether a call may go out.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Turn {
    /// Now, as this app; it is counted as on its way.
    Now(usize),
    /// When a call comes back, or after this time, whichever is first.
    Wait(Duration),
}

impl Apps {
    pub(crate) fn new(apps: usize, grant: Option<Grant>, share: f64) -> Self {
        let share = share.clamp(f64::MIN_POSITIVE, 1.0);
        let grant = grant.map(|grant| Grant { calls: part(grant.calls, share), ..grant });
        // Where a grant is known there is no need to ask with one call first.
        let budget = || if grant.is_some() { Budget::unlimited() } else { Budget::default() };
        let budgets = (0..apps.max(1)).map(|_| budget()).collect();
        let state = State {
            budgets,
            workspace: WorkspaceLimit::default(),
            own: grant.map(OwnWindow::new),
            share,
            shared: None,
        };
        Self { state: Mutex::new(state), changed: Notify::new() }
    }

    /// Asks for room for one call: of an app that has not called yet, else of the one with most room, or of the `only` one.
    pub(crate) fn ask(&self, only: Option<usize>, now_ms: i64) -> Turn {
        let mut state = self.lock();
        let State { budgets, workspace, own, shared, .. } = &mut *state;
        let in_flight = budgets.iter().map(Budget::in_flight).sum();
        if let Room::Wait(wait) = workspace.room(now_ms, in_flight) {
            return Turn::Wait(wait);
        }
        for window in own.iter_mut().chain(shared) {
            if let Room::Wait(wait) = window.room(now_ms, in_flight) {
                return Turn::Wait(wait);
            }
        }
        let asked = budgets.iter_mut().enumerate().filter(|(app, _)| only.is_none_or(|only| only == *app));
        let (mut most, mut least_wait) = (None, Duration::MAX);
        for (app, budget) in asked {
            match budget.room(now_ms) {
                Room::For(room) if most.is_none_or(|(_, other)| room > other) => most = Some((app, room)),
                Room::For(_) => {}
                Room::Wait(wait) => least_wait = least_wait.min(wait),
            }
        }
        let unknown = budgets.iter().position(|b| b.is_unknown()).filter(|app| only.is_none_or(|only| only == *app));
        let most = unknown.map(|app| (app, 1)).or(most);
        let Some((app, _)) = most else { return Turn::Wait(least_wait) };
        if let Some(budget) = budgets.get_mut(app) {
            budget.sent();
        }
        Turn::Now(app)
    }

    /// Ready when a call has come back after this was made.
    pub(crate) fn changed(&self) -> Notified<'_> {
        self.changed.notified()
    }

    /// A call has come back without a reply.
    pub(crate) fn lost(&self, app: usize, now_ms: i64) {
        self.came(now_ms);
        self.with(app, |budget, _| budget.lost());
    }

    fn came(&self, now_ms: i64) {
        let mut state = self.lock();
        let State { own, shared, .. } = &mut *state;
        own.iter_mut().chain(shared).for_each(|window| window.came(now_ms));
    }

    /// A call has come back with a reply.
    pub(crate) fn replied(&self, app: usize, headers: &HeaderMap, status: u16, sent_ms: i64, received_ms: i64) {
        let date = header(headers, "date").and_then(|d| chrono::DateTime::parse_from_rfc2822(&d).ok());
        let seen = Seen::read(headers, status, received_ms);
        self.came(received_ms);
        self.with(app, |budget, workspace| {
            budget.replied(seen, date.map(|d| d.timestamp_millis()), sent_ms, received_ms);
            if let Some(seen) = seen.filter(|s| !s.refused) {
                workspace.counted(seen.reset_s);
            }
        });
        self.lock().keep_to_share(received_ms);
    }

    /// The limit of the workspace was met: no app sends anything before the window of this reply has ended.
    pub(crate) fn workspace_refused(&self, app: usize, headers: &HeaderMap, now_ms: i64) {
        let Some(seen) = Seen::read(headers, 429, now_ms) else { return };
        self.with(app, |budget, workspace| workspace.refused(seen.reset_s, budget.end(seen.reset_s)));
    }

    /// Nothing goes out as this app for so long.
    pub(crate) fn close(&self, app: usize, now_ms: i64, wait: Duration) {
        self.with(app, |budget, _| budget.close(now_ms + wait.as_millis() as i64));
    }

    /// Calls granted per second by all apps together, and the mean round trip; `None` where there is no limit.
    pub(crate) fn pace(&self) -> (Option<f64>, Duration) {
        let state = self.lock();
        let granted = state.budgets.iter().filter_map(Budget::granted_per_second).reduce(|a, b| a + b);
        let own = state.own.iter().chain(&state.shared).map(OwnWindow::per_second);
        let granted = granted.into_iter().chain(own).reduce(f64::min);
        let bears = state.workspace.bears().map_or(f64::INFINITY, |bears| bears as f64 / 10.0);
        let trips: Vec<f64> = state.budgets.iter().map(Budget::latency_ms).filter(|ms| *ms > 0.0).collect();
        let trip_ms = trips.iter().sum::<f64>() / trips.len().max(1) as f64;
        (granted.map(|g| g.min(bears)), Duration::from_micros((trip_ms * 1000.0) as u64))
    }

    fn with(&self, app: usize, f: impl FnOnce(&mut Budget, &mut WorkspaceLimit)) {
        let mut state = self.lock();
        let State { budgets, workspace, .. } = &mut *state;
        if let Some(budget) = budgets.get_mut(app) {
            f(budget, workspace);
        }
        drop(state);
        self.changed.notify_waiters();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Where only a share of the limit is ours: no stretch as long as a window holds more of our calls, whatever others leave.
    fn keep_to_share(&mut self, now_ms: i64) {
        let Some(limit) = self.budgets.iter().filter_map(Budget::limit).reduce(|a, b| a + b) else { return };
        if self.share < 1.0 {
            let grant = Grant { calls: part(limit, self.share), period: WINDOW };
            match &mut self.shared {
                Some(window) => window.grant(grant),
                // The call that told the limit counts.
                none => none.insert(OwnWindow::new(grant)).came(now_ms),
            }
        }
    }
}

/// A share of so many calls, at least one.
fn part(calls: u64, share: f64) -> u64 {
    ((calls as f64 * share) as u64).max(1)
}

#[cfg(test)]
mod simulation;
