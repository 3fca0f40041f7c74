//! The budget of a server that grants so many calls in any stretch of some length and may say so nowhere.
//!
//! A call is counted from when it goes out until the length has passed since its reply. The server counts it in between, so that
//! no stretch of the server's time ever holds more calls than granted; what that costs is one round trip per stretch.

use std::collections::VecDeque;

use crate::Grant;
use crate::rate_limit::{Room, wait};

/// Our clock was set if it goes back by more than this.
const SET_BACK_MS: i64 = 1_000;

#[derive(Debug)]
pub(crate) struct OwnWindow {
    grant: Grant,
    /// When replies came, oldest first.
    came_ms: VecDeque<i64>,
}

impl OwnWindow {
    pub(crate) fn new(grant: Grant) -> Self {
        Self { grant: Grant { calls: grant.calls.max(1), ..grant }, came_ms: VecDeque::new() }
    }

    /// From now on so many are granted.
    pub(crate) fn grant(&mut self, grant: Grant) {
        self.grant = Grant { calls: grant.calls.max(1), ..grant };
    }

    /// How many calls may go out while so many are on their way.
    pub(crate) fn room(&mut self, now_ms: i64, in_flight: u64) -> Room {
        let period_ms = self.grant.period.as_millis() as i64;
        // Our clock was set back: what seems to come from the future came just now.
        if self.came_ms.back().is_some_and(|came| *came > now_ms + SET_BACK_MS) {
            self.came_ms.iter_mut().for_each(|came| *came = (*came).min(now_ms));
        }
        while self.came_ms.front().is_some_and(|came| came + period_ms <= now_ms) {
            self.came_ms.pop_front();
        }
        let counted = self.came_ms.len() as u64 + in_flight;
        match (self.grant.calls.saturating_sub(counted), self.came_ms.front()) {
            (0, Some(oldest)) => wait(now_ms, oldest + period_ms),
            (0, None) => wait(now_ms, now_ms + 1000),
            (room, _) => Room::For(room),
        }
    }

    /// A call has come back, with a reply or without.
    pub(crate) fn came(&mut self, now_ms: i64) {
        self.came_ms.push_back(now_ms);
    }

    /// Calls granted per second.
    pub(crate) fn per_second(&self) -> f64 {
        self.grant.calls as f64 / self.grant.period.as_secs_f64().max(0.001)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn no_stretch_holds_more_calls_than_granted_and_nearly_all_are_used() {
        let (calls, period_ms, trip_ms) = (30, 3_000, 20);
        let mut window = OwnWindow::new(Grant { calls, period: Duration::from_millis(period_ms as u64) });
        let (mut in_flight, mut counted): (Vec<i64>, Vec<i64>) = (Vec::new(), Vec::new());
        for now in 0..30_000_i64 {
            let came = in_flight.iter().filter(|sent| **sent + trip_ms <= now).count();
            (0..came).for_each(|_| window.came(now));
            in_flight.retain(|sent| *sent + trip_ms > now);
            while in_flight.len() < 8 && matches!(window.room(now, in_flight.len() as u64), Room::For(_)) {
                // The server counts some calls when they are sent and others when they are answered.
                counted.push(now + if counted.len() % 2 == 0 { 0 } else { trip_ms });
                in_flight.push(now);
            }
        }
        counted.sort_unstable();
        assert!(counted.windows(calls as usize + 1).all(|w| w[calls as usize] - w[0] >= period_ms));
        assert!(counted.len() as f64 >= 0.97 * 300.0, "{}", counted.len());
    }
}
