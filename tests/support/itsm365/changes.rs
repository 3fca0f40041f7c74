//! What happens in the desk while it is read.

use super::desk::Facts;

/// What happens between two pages with `change_after_page`.
pub(crate) fn while_listing(facts: &mut Facts) {
    let _ = facts;
}
