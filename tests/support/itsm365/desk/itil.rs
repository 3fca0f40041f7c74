//! Problems, changes, configuration items, and what links them to tickets.

use super::{Facts, Moment};

/// A problem.
#[derive(Debug, Clone)]
pub(crate) struct Problem {
    pub(crate) id: i64,
    pub(crate) number: i64,
    pub(crate) subject: String,
    pub(crate) state: &'static str,
    pub(crate) root_cause: Option<String>,
    pub(crate) known_error: bool,
    pub(crate) workaround: Option<String>,
    pub(crate) responsible: Option<i64>,
    pub(crate) priority: Option<i64>,
    pub(crate) tickets: Vec<i64>,
    pub(crate) created: Moment,
    pub(crate) removed: Option<Moment>,
}

/// A change.
#[derive(Debug, Clone)]
pub(crate) struct Change {
    pub(crate) id: i64,
    pub(crate) number: i64,
    pub(crate) subject: String,
    pub(crate) state: &'static str,
    /// Item of the catalog `changeType`.
    pub(crate) change_type: Option<i64>,
    /// Item of the catalog `risk`.
    pub(crate) risk: Option<i64>,
    /// When it is or was carried out.
    pub(crate) implementation: Option<Moment>,
    pub(crate) responsible: Option<i64>,
    /// Tickets that it was made for.
    pub(crate) reasons: Vec<i64>,
    /// Tickets that it caused.
    pub(crate) results: Vec<i64>,
    pub(crate) created: Moment,
    pub(crate) removed: Option<Moment>,
}

/// A configuration item.
#[derive(Debug, Clone)]
pub(crate) struct Ci {
    pub(crate) id: i64,
    /// `cmdb$ci`, `cmdb$components`, …
    pub(crate) fqn: &'static str,
    pub(crate) number: i64,
    pub(crate) title: String,
    pub(crate) state: &'static str,
    /// Company or department.
    pub(crate) owner: Option<i64>,
    /// What it is a part of.
    pub(crate) parent: Option<i64>,
    pub(crate) ip: Option<String>,
    pub(crate) comment: Option<String>,
    pub(crate) tickets: Vec<i64>,
    pub(crate) removed: Option<Moment>,
}

/// Titles of the types of configuration items.
pub(crate) const CI_TYPES: [(&str, &str); 6] = [
    ("cmdb$ci", "Конфигурационная единица"),
    ("cmdb$components", "Компонент"),
    ("cmdb$software", "Программное обеспечение"),
    ("cmdb$location", "Расположение"),
    ("cmdb$interface", "Интерфейс"),
    ("cmdb$invUnit", "Инвентарная единица"),
];

impl Facts {
    /// Problems of a ticket.
    pub(crate) fn problems_of(&self, ticket: i64) -> Vec<&Problem> {
        self.problems.values().map(|problem| &**problem).filter(|problem| problem.tickets.contains(&ticket)).collect()
    }

    /// Changes that a ticket was the reason for.
    pub(crate) fn changes_for(&self, ticket: i64) -> Vec<&Change> {
        self.changes.values().map(|change| &**change).filter(|change| change.reasons.contains(&ticket)).collect()
    }

    /// Changes that a ticket came from.
    pub(crate) fn changes_before(&self, ticket: i64) -> Vec<&Change> {
        self.changes.values().map(|change| &**change).filter(|change| change.results.contains(&ticket)).collect()
    }

    /// Configuration items of a ticket.
    pub(crate) fn cis_of(&self, ticket: i64) -> Vec<&Ci> {
        self.cis.values().map(|ci| &**ci).filter(|ci| ci.tickets.contains(&ticket)).collect()
    }
}
