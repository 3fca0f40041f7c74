//! The ids of the newest events, by which repeats are told: so many and no more, so that memory is bounded. An older event that comes
//! again is kept again, which does no harm: the object is looked at once more.

use std::collections::{HashSet, VecDeque};

use sha2::{Digest as _, Sha256};

/// Ids that are remembered; some 8 MB.
pub(crate) const IDS_MAX: usize = 100_000;

/// The newest ids.
#[derive(Debug, Default)]
pub(crate) struct Recent {
    known: HashSet<u128>,
    order: VecDeque<u128>,
}

impl Recent {
    /// Adds an id; whether it was not there.
    pub(crate) fn add(&mut self, id: &str) -> bool {
        let hash = hash(id);
        if !self.known.insert(hash) {
            return false;
        }
        self.order.push_back(hash);
        if self.order.len() > IDS_MAX
            && let Some(oldest) = self.order.pop_front()
        {
            self.known.remove(&oldest);
        }
        true
    }

    /// Whether an id is there.
    pub(crate) fn has(&self, id: &str) -> bool {
        self.known.contains(&hash(id))
    }

    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.order.len()
    }
}

fn hash(id: &str) -> u128 {
    let digest: [u8; 32] = Sha256::digest(id).into();
    digest.iter().take(16).fold(0, |hash, byte| hash << 8 | u128::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_as_there_is_room_for_are_known_and_the_oldest_go_first() {
        let mut recent = Recent::default();
        for n in 0..IDS_MAX + 10 {
            assert!(recent.add(&n.to_string()));
        }
        assert_eq!((recent.len(), recent.known.len()), (IDS_MAX, IDS_MAX));
        assert!(!recent.has("9") && recent.has("10") && !recent.add("10"));
    }
}
