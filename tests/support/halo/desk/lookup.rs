//! The small lists that tickets and actions point to: statuses, types, priorities, categories, outcomes, tags.

/// A ticket status.
#[derive(Debug, Clone)]
pub(crate) struct Status {
    pub(crate) id: i64,
    pub(crate) name: &'static str,
    /// Tickets in it are in `closed_only`; the API does not say so of the status.
    pub(crate) closed: bool,
    /// `N` none, `H` holds the SLA clock, `R` releases it.
    pub(crate) sla_action: &'static str,
}

pub(crate) const NEW: i64 = 1;
pub(crate) const IN_PROGRESS: i64 = 2;
pub(crate) const AWAITING_CUSTOMER: i64 = 4;
pub(crate) const CLOSED: i64 = 9;
/// A status that a tenant made; closed, though it is not number 9.
pub(crate) const COMPLETED: i64 = 23;

/// Every status.
pub(crate) const STATUSES: [Status; 6] = [
    Status { id: NEW, name: "New", closed: false, sla_action: "N" },
    Status { id: IN_PROGRESS, name: "In Progress", closed: false, sla_action: "R" },
    Status { id: AWAITING_CUSTOMER, name: "Awaiting Customer", closed: false, sla_action: "H" },
    Status { id: CLOSED, name: "Closed", closed: true, sla_action: "N" },
    Status { id: 21, name: "Awaiting Approval", closed: false, sla_action: "H" },
    Status { id: COMPLETED, name: "Completed (no reply)", closed: true, sla_action: "N" },
];

/// A kind of ticket. A `RequestType` of the API.
#[derive(Debug, Clone)]
pub(crate) struct TicketType {
    pub(crate) id: i64,
    pub(crate) name: &'static str,
    /// `ticket`, `opportunity` or `project`.
    pub(crate) used_for: &'static str,
    pub(crate) itil: i64,
    pub(crate) visible: bool,
}

/// Every ticket type.
pub(crate) const TICKET_TYPES: [TicketType; 7] = [
    TicketType { id: 1, name: "Incident", used_for: "ticket", itil: 1, visible: true },
    TicketType { id: 2, name: "Change Request", used_for: "ticket", itil: 2, visible: true },
    TicketType { id: 3, name: "Service Request", used_for: "ticket", itil: 3, visible: true },
    TicketType { id: 28, name: "Project", used_for: "project", itil: 22, visible: true },
    TicketType { id: 29, name: "Task", used_for: "project", itil: 23, visible: true },
    TicketType { id: 30, name: "Opportunity", used_for: "opportunity", itil: 21, visible: true },
    TicketType { id: 33, name: "Old Complaint", used_for: "ticket", itil: 1, visible: false },
];

/// A service level with its priorities.
#[derive(Debug, Clone)]
pub(crate) struct Sla {
    pub(crate) id: i64,
    pub(crate) name: &'static str,
    /// `priorityid`, name, whether it is hidden. Numbers repeat from one SLA to the next.
    pub(crate) priorities: &'static [(i64, &'static str, bool)],
}

/// Every service level.
pub(crate) const SLAS: [Sla; 3] = [
    Sla {
        id: 8,
        name: "Standard",
        priorities: &[(1, "P1 Critical", false), (2, "P2 High", false), (3, "P3 Medium", false), (4, "P4 Low", false)],
    },
    Sla {
        id: 9,
        name: "Gold",
        priorities: &[(1, "Now", false), (2, "Today", false), (3, "This week", false), (7, "Old promise", true)],
    },
    Sla { id: 10, name: "Projects", priorities: &[(1, "Milestone", false), (2, "Backlog", false)] },
];

/// The name of a priority: the number means something only within its SLA.
pub(crate) fn priority_name(sla: i64, priority: i64) -> Option<&'static str> {
    let sla = SLAS.iter().find(|known| known.id == sla)?;
    sla.priorities.iter().find(|(id, ..)| *id == priority).map(|(_, name, _)| *name)
}

/// `/Category` rows: id, slot 1 to 4, path.
pub(crate) const CATEGORIES: [(i64, i64, &str); 9] = [
    (51, 1, "Hardware"),
    (52, 1, "Hardware>Laptop"),
    (53, 1, "Hardware>Laptop>Battery"),
    (54, 1, "Software"),
    (55, 1, "Software>Portal"),
    (56, 1, "Software>E-mail & calendar"),
    (61, 2, "Cause>User error"),
    (62, 2, "Cause>Supplier"),
    (71, 3, "Resolution>Replaced"),
];

/// A category text that tickets still hold though its category is gone.
pub(crate) const DELETED_CATEGORY: &str = "Software>Retired product";

/// What an action is called. A `TOutcome` of the API.
#[derive(Debug, Clone)]
pub(crate) struct Outcome {
    pub(crate) id: i64,
    pub(crate) name: &'static str,
    pub(crate) button: &'static str,
    /// No longer offered: only with `showhidden=true`.
    pub(crate) hidden: bool,
    pub(crate) system: i64,
    pub(crate) sends_email: bool,
    /// Notes of it are for agents only unless said otherwise.
    pub(crate) private: bool,
    /// −1 for none.
    pub(crate) new_status: i64,
}

pub(crate) const OPENED: i64 = 1;
pub(crate) const EMAIL_USER: i64 = 2;
pub(crate) const INTERNAL_NOTE: i64 = 7;
pub(crate) const EMAIL_RECEIVED: i64 = 12;
pub(crate) const PORTAL_REPLY: i64 = 15;
pub(crate) const REASSIGN: i64 = 20;
pub(crate) const STATUS_CHANGED: i64 = 22;
pub(crate) const CLOSE: i64 = 24;
pub(crate) const SEND_FOR_APPROVAL: i64 = 31;
pub(crate) const HIDDEN_OUTCOME: i64 = 40;
pub(crate) const SLA_HOLD: i64 = 50;
pub(crate) const MERGED: i64 = 51;

/// Every outcome.
pub(crate) const OUTCOMES: [Outcome; 12] = [
    outcome(OPENED, "Opened", 0),
    Outcome { sends_email: true, new_status: AWAITING_CUSTOMER, ..outcome(EMAIL_USER, "Email User", 0) },
    Outcome { private: true, button: "Private Note", ..outcome(INTERNAL_NOTE, "Internal Note", 0) },
    Outcome { new_status: IN_PROGRESS, ..outcome(EMAIL_RECEIVED, "Email Received", 0) },
    outcome(PORTAL_REPLY, "User Update", 0),
    outcome(REASSIGN, "Re-Assign", 0),
    outcome(STATUS_CHANGED, "Change Status", 0),
    Outcome { new_status: CLOSED, ..outcome(CLOSE, "Close Ticket", 0) },
    outcome(SEND_FOR_APPROVAL, "Send for approval", 0),
    Outcome { hidden: true, ..outcome(HIDDEN_OUTCOME, "Call Logged (old)", 0) },
    Outcome { private: true, ..outcome(SLA_HOLD, "SLA Hold", 14) },
    Outcome { private: true, ..outcome(MERGED, "Merged", 29) },
];

const fn outcome(id: i64, name: &'static str, system: i64) -> Outcome {
    Outcome { id, name, button: name, hidden: false, system, sends_email: false, private: false, new_status: -1 }
}

/// The outcome of this id.
pub(crate) fn outcome_of(id: i64) -> &'static Outcome {
    OUTCOMES.iter().find(|outcome| outcome.id == id).unwrap()
}

/// `/Tags` rows.
pub(crate) const TAGS: [(i64, &str); 7] =
    [(4, "portal"), (5, "login"), (9, "password"), (10, "VIP"), (11, "vip"), (12, "Ärger & Lärm"), (13, "refund")];

/// The text of a tag.
pub(crate) fn tag(id: i64) -> &'static str {
    TAGS.iter().find(|(known, _)| *known == id).map_or("", |(_, text)| text)
}
