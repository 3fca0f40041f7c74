//! Tickets that each hold one thing a migration goes wrong on.

mod ids;

pub(crate) use ids::*;

use super::super::switches::Switches;
use super::Facts;

/// Tells every story.
pub(crate) fn tell(facts: &mut Facts, switches: &Switches) {
    let _ = (facts, switches);
}
