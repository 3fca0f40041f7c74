//! `in_share(key)`: whether a key is of the share that a comparison has in hand; all keys are, unless it goes share by share.
//!
//! A query of `sql/reconcile/compare/` that does not fit in memory runs once for each share of its rows, so what it keeps is a share
//! of what it would keep: see `compare.rs`. Anywhere else there is one share, and the function changes nothing.

use std::sync::Arc;

use arrow::array::{ArrayRef, BooleanArray};
use arrow::datatypes::DataType;
use datafusion::logical_expr::ScalarUDF;
use sha2::{Digest, Sha256};

use super::scalar::{Arguments, Kind, Scalar, text_at, texts};

/// Name of the function.
pub(crate) const NAME: &str = "in_share";

/// The `nth`, from 0, of so many shares of about the same size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Share {
    pub(crate) nth: u32,
    pub(crate) of: u32,
}

impl Share {
    /// The one share there is.
    pub(crate) const WHOLE: Self = Self { nth: 0, of: 1 };

    fn has(self, key: &str) -> bool {
        let hash = Sha256::digest(key);
        self.of == 1 || u32::from_le_bytes([hash[0], hash[1], hash[2], hash[3]]) % self.of == self.nth
    }
}

/// The function, for one share.
pub(crate) fn function(share: Share) -> ScalarUDF {
    Scalar::columns(NAME, Arguments::Fixed(1, &[Kind::Text]), DataType::Boolean, move |columns, rows| {
        let keys = texts(&columns[0])?;
        let has: BooleanArray = (0..rows).map(|row| text_at(keys, row).map(|key| share.has(key))).collect();
        Ok(Arc::new(has) as ArrayRef)
    })
}

#[cfg(test)]
mod tests {
    use super::Share;

    #[test]
    fn every_key_is_in_one_share_and_none_is_empty() {
        let keys: Vec<String> = (0..1_000).map(|key| key.to_string()).collect();
        let sizes: Vec<usize> =
            (0..4).map(|nth| keys.iter().filter(|key| Share { nth, of: 4 }.has(key)).count()).collect();
        assert_eq!(sizes.iter().sum::<usize>(), 1_000);
        assert!(sizes.iter().all(|size| (200..300).contains(size)), "{sizes:?}");
        assert!(keys.iter().all(|key| Share::WHOLE.has(key)));
    }
}
