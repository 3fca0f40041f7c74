//! Hashes that tell rows and texts apart: the first 16 bytes of a SHA-256.

use serde_json::Value;
use sha2::{Digest as _, Sha256};

/// A hash.
pub(crate) type Hash = u128;

/// Of some bytes.
pub(crate) fn of_bytes(bytes: &[u8]) -> Hash {
    finish(Sha256::new_with_prefix(bytes))
}

/// Of some texts, each told apart from the next.
pub(crate) fn of_texts<'a>(texts: impl IntoIterator<Item = &'a str>) -> Hash {
    let mut hasher = Sha256::new();
    for text in texts {
        hasher.update((text.len() as u64).to_le_bytes());
        hasher.update(text);
    }
    finish(hasher)
}

/// Of some JSON, which is not written out for it.
pub(crate) fn of_json(values: &[Value]) -> Hash {
    struct Hasher(Sha256);
    impl std::io::Write for Hasher {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.update(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let mut hasher = Hasher(Sha256::new());
    // Neither JSON in memory nor a hash fails.
    let _ = serde_json::to_writer(&mut hasher, values);
    finish(hasher.0)
}

/// As it is kept in logs.
pub(crate) fn written(hash: Hash) -> String {
    format!("{hash:032x}")
}

/// What [`written`] has written.
pub(crate) fn read(text: &str) -> Option<Hash> {
    Hash::from_str_radix(text, 16).ok()
}

fn finish(hasher: Sha256) -> Hash {
    hasher.finalize()[..16].iter().fold(0, |number, byte| number << 8 | Hash::from(*byte))
}
