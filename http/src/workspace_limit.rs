//! The limit that all apps of a workspace share. No header tells it: it is met when an app is refused whose own window has room.
//!
//! What went through in a window that ended so is what the next window will bear. When that is used up, calls go on one at a
//! time, then two, four … from window to window, until one is refused again: a limit that was raised, or that others leave to
//! us, is found without a storm of 429s.

use crate::rate_limit::{Room, wait};

#[derive(Debug, Default)]
pub(crate) struct WorkspaceLimit {
    /// Calls that a window bears, once that is known.
    bears: Option<u64>,
    /// Most calls on their way beyond that.
    beyond: u64,
    /// The server's time at which the window that is counted ends.
    reset_s: i64,
    counted: u64,
    refused: bool,
    closed_until_ms: i64,
}

impl WorkspaceLimit {
    /// How many calls may go out while so many are on their way.
    pub(crate) fn room(&self, now_ms: i64, in_flight: u64) -> Room {
        if now_ms < self.closed_until_ms {
            return wait(now_ms, self.closed_until_ms);
        }
        let Some(bears) = self.bears else { return Room::For(u64::MAX >> 1) };
        let room = (bears.saturating_sub(self.counted) + self.beyond).saturating_sub(in_flight);
        if room > 0 { Room::For(room) } else { wait(now_ms, now_ms + 1000) }
    }

    /// A window has begun of which no reply is here yet.
    pub(crate) fn roll(&mut self, reset_s: i64) {
        if reset_s <= self.reset_s {
            return;
        }
        match self.bears {
            _ if self.refused => (self.bears, self.beyond) = (Some(self.counted.max(1)), 1),
            Some(bears) if self.counted > bears => (self.bears, self.beyond) = (Some(self.counted), self.beyond * 2),
            _ => {}
        }
        (self.reset_s, self.counted, self.refused) = (reset_s, 0, false);
    }

    /// A call was counted in the window that ends at `reset_s`.
    pub(crate) fn counted(&mut self, reset_s: i64) {
        self.roll(reset_s);
        self.counted += u64::from(reset_s == self.reset_s);
    }

    /// A call was refused although its app has room; the window that ends at `reset_s` has ended at `until_ms` by our clock.
    pub(crate) fn refused(&mut self, reset_s: i64, until_ms: i64) {
        self.roll(reset_s);
        if reset_s == self.reset_s {
            self.refused = true;
            self.closed_until_ms = self.closed_until_ms.max(until_ms);
        }
    }

    /// Calls that a window bears, once that is known.
    pub(crate) fn bears(&self) -> Option<u64> {
        self.bears
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refused_window_closes_and_tells_what_the_next_bears() {
        let mut limit = WorkspaceLimit::default();
        (0..5).for_each(|_| limit.counted(10));
        limit.refused(10, 10_010);
        assert!(matches!(limit.room(9_000, 0), Room::Wait(_)));
        limit.counted(20);
        assert_eq!(limit.bears(), Some(5));
        assert_eq!(limit.room(10_010, 0), Room::For(4 + 1));
    }

    #[test]
    fn beyond_what_a_window_bore_calls_feel_their_way() {
        let mut limit = WorkspaceLimit::default();
        limit.counted(10);
        limit.refused(10, 0);
        (0..3).for_each(|_| limit.counted(20));
        assert_eq!((limit.room(0, 0), limit.room(0, 1)), (Room::For(1), Room::Wait(std::time::Duration::from_secs(1))));
        limit.counted(30);
        assert_eq!((limit.bears(), limit.room(0, 0)), (Some(3), Room::For(2 + 2)));
    }
}
