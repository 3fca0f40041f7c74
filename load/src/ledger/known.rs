//! What is known of a step, as one number.

use super::State;

/// States by their number, which is not stored.
const STATES: [State; 5] = [State::Intended, State::Done, State::Rejected, State::Unknown, State::Undone];

/// What is known of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Known {
    pub(crate) state: State,
    /// It has been made at some time and not been taken back: what follows are changes to it.
    pub(crate) made: bool,
    /// It was refused only for want of its parent.
    pub(crate) orphan: bool,
    /// Its outcome is open, and more than one payload may have gone out: what is there may be an older one.
    pub(crate) mixed: bool,
    /// Another row has made or taken over what it stands for, and that row's values stand.
    pub(crate) shared: bool,
    /// It was in Intercom before us: what it was is read before each change.
    pub(crate) existed: bool,
    /// The first 56 bits of the payload's hash; 0 where there is none.
    pub(super) payload: u64,
}

impl Known {
    /// Whether it is in Intercom or may be.
    pub(super) fn may_be_there(self) -> bool {
        self.made || matches!(self.state, State::Intended | State::Unknown)
    }

    /// Whether the payload is the one of the newest entry.
    pub(crate) fn is_payload(&self, sha256: &str) -> bool {
        self.payload == short(sha256)
    }

    /// As one number, never 0: 56 bits of payload, five for marks, three for the state.
    pub(super) fn packed(self) -> u64 {
        let state = STATES.iter().position(|state| *state == self.state).unwrap_or_default() as u64 + 1;
        let marks = u64::from(self.shared) << 7
            | u64::from(self.existed) << 6
            | u64::from(self.mixed) << 5
            | u64::from(self.orphan) << 4
            | u64::from(self.made) << 3;
        self.payload << 8 | marks | state
    }

    pub(super) fn unpacked(number: u64) -> Option<Self> {
        let state = *STATES.get((number & 7).checked_sub(1)? as usize)?;
        let mark = |bit: u32| number >> bit & 1 == 1;
        Some(Self {
            state,
            made: mark(3),
            orphan: mark(4),
            mixed: mark(5),
            existed: mark(6),
            shared: mark(7),
            payload: number >> 8,
        })
    }

    /// Whether it may have been made, and nobody knows.
    pub(crate) fn is_open(&self) -> bool {
        matches!(self.state, State::Intended | State::Unknown) && !self.made
    }
}

/// The first 56 bits of a hash in hex.
pub(super) fn short(sha256: &str) -> u64 {
    sha256.get(..16).and_then(|text| u64::from_str_radix(text, 16).ok()).unwrap_or_default() >> 8
}
