//! A map from 128-bit hashes to numbers, 24 bytes an entry, for what a load of a million messages has to keep in memory.
//!
//! Open addressing with linear probing. It is made of shards that grow one by one, by an eighth each, so an entry costs 27 to
//! 31 bytes all told and there is never a second copy of the whole while it grows. Nothing is ever taken out.

/// Shards, by the highest bits of the key.
const SHARDS: usize = 64;
/// A shard grows when more than this share of it is taken: fuller, and looking for what is not there gets slow.
const FULL: (usize, usize) = (7, 8);

/// One place; free where `value` is 0.
#[derive(Debug, Clone, Copy, Default)]
struct Slot {
    key: [u64; 2],
    value: u64,
}

#[derive(Debug, Clone, Default)]
struct Shard {
    slots: Vec<Slot>,
    taken: usize,
}

/// The map. Values are never 0.
#[derive(Debug)]
pub(super) struct Slots {
    shards: Vec<Shard>,
}

impl Default for Slots {
    fn default() -> Self {
        Self { shards: vec![Shard::default(); SHARDS] }
    }
}

impl Slots {
    pub(super) fn get(&self, key: u128) -> Option<u64> {
        let (shard, key) = split(key);
        let shard = &self.shards[shard];
        let slot = shard.slots.get(shard.place(key)?)?;
        (slot.value != 0).then_some(slot.value)
    }

    /// Sets the value of a key; whether the key is new.
    pub(super) fn set(&mut self, key: u128, value: u64) -> bool {
        let (shard, key) = split(key);
        let shard = &mut self.shards[shard];
        if (shard.taken + 1) * FULL.1 > shard.slots.len() * FULL.0 {
            shard.grow();
        }
        let Some(slot) = shard.place(key).and_then(|place| shard.slots.get_mut(place)) else { return false };
        let is_new = slot.value == 0;
        *slot = Slot { key, value };
        shard.taken += usize::from(is_new);
        is_new
    }
}

fn split(key: u128) -> (usize, [u64; 2]) {
    let key = [(key >> 64) as u64, key as u64];
    ((key[0] >> 58) as usize % SHARDS, key)
}

impl Shard {
    /// Where a key is, or where it would go; `None` in a shard without slots. There is always a free slot to end at.
    fn place(&self, key: [u64; 2]) -> Option<usize> {
        let count = self.slots.len();
        let mut place = ((u128::from(key[1]) * count as u128) >> 64) as usize;
        while self.slots.get(place)?.value != 0 && self.slots[place].key != key {
            place = if place + 1 == count { 0 } else { place + 1 };
        }
        Some(place)
    }

    fn grow(&mut self) {
        let larger = vec![Slot::default(); self.slots.len() * 9 / 8 + 16];
        for slot in std::mem::replace(&mut self.slots, larger).into_iter().filter(|slot| slot.value != 0) {
            if let Some(place) = self.place(slot.key) {
                self.slots[place] = slot;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A number that looks like a hash.
    fn key(n: u64) -> u128 {
        let mix = |n: u64, by: u64| (n ^ (n >> 29)).wrapping_mul(by);
        let half =
            |n: u64| mix(mix(n.wrapping_mul(0x9e37_79b9_7f4a_7c15), 0xbf58_476d_1ce4_e5b9), 0x94d0_49bb_1331_11eb);
        (u128::from(half(n)) << 64) | u128::from(half(!n))
    }

    #[test]
    fn what_was_set_last_is_found_however_much_it_grows() {
        let mut slots = Slots::default();
        assert_eq!(slots.get(key(1)), None);
        for n in 1..=50_000 {
            assert!(slots.set(key(n), n));
        }
        for n in (1..=50_000).step_by(3) {
            assert!(!slots.set(key(n), n + 1));
        }
        for n in 1..=50_000 {
            assert_eq!(slots.get(key(n)), Some(if n % 3 == 1 { n + 1 } else { n }), "{n}");
            assert_eq!(slots.get(key(n + 50_000)), None, "{n}");
        }
    }

    #[test]
    fn keys_that_begin_at_one_place_are_told_apart() {
        let mut slots = Slots::default();
        let keys = [0, 1, 2, u128::from(u64::MAX), u128::from(u64::MAX) - 1, 1 << 64, u128::MAX, u128::MAX - 1];
        for (n, key) in (1..).zip(keys) {
            slots.set(key, n);
        }
        for (n, key) in (1..).zip(keys) {
            assert_eq!(slots.get(key), Some(n), "{key:x}");
        }
    }

    #[test]
    fn an_entry_takes_at_most_31_bytes() {
        let mut slots = Slots::default();
        for n in 1..=100_000 {
            slots.set(key(n), n);
        }
        let places: usize = slots.shards.iter().map(|shard| shard.slots.capacity()).sum();
        assert!(size_of::<Slot>() * places <= 31 * 100_000 + SHARDS * 1024, "{places}");
    }
}
