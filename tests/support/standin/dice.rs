//! Chance that can be repeated: every throw follows from the seed, what is thrown for, and how often.

/// Throws for one thing of the desk, such as ticket 1001.
#[derive(Debug, Clone)]
pub(crate) struct Dice(u64);

impl Dice {
    /// Dice for thing number `id` of a kind.
    pub(crate) fn new(seed: u64, kind: &str, id: i64) -> Self {
        let mut state = seed ^ 0x9e37_79b9_7f4a_7c15;
        for byte in kind.bytes() {
            state = mix(state ^ u64::from(byte));
        }
        Self(mix(state ^ id.cast_unsigned()))
    }

    /// The next throw.
    pub(crate) fn throw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mix(self.0)
    }

    /// A number from 0 to `limit - 1`.
    pub(crate) fn below(&mut self, limit: i64) -> i64 {
        (self.throw() % limit.cast_unsigned()).cast_signed()
    }

    /// True in so many of a thousand throws.
    pub(crate) fn in_thousand(&mut self, share: i64) -> bool {
        self.below(1000) < share
    }

    /// One of these.
    pub(crate) fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len().try_into().unwrap()) as usize]
    }
}

/// The finalizer of SplitMix64.
fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// A GUID that belongs to thing number `id` of a kind.
pub(crate) fn guid(seed: u64, kind: &str, id: i64) -> String {
    let mut dice = Dice::new(seed, kind, id);
    let (a, b) = (dice.throw(), dice.throw());
    format!(
        "{:08x}-{:04x}-4{:03x}-9{:03x}-{:012x}",
        a >> 32,
        a >> 16 & 0xffff,
        a & 0xfff,
        b >> 48 & 0xfff,
        b & 0xffff_ffff_ffff
    )
}
