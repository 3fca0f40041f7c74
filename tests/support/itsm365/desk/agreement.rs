//! Services, agreements and their rules: what a ticket was promised.

use super::tenant::Timer;
use super::ticket::Ticket;
use super::{Facts, Moment};

/// A service.
#[derive(Debug, Clone)]
pub(crate) struct Service {
    pub(crate) id: i64,
    pub(crate) title: &'static str,
    pub(crate) removed: Option<Moment>,
}

/// An agreement.
#[derive(Debug, Clone)]
pub(crate) struct Agreement {
    pub(crate) id: i64,
    pub(crate) title: &'static str,
    pub(crate) state: &'static str,
    pub(crate) services: Vec<i64>,
    pub(crate) recipients: Vec<i64>,
}

/// A rule of an agreement: how long for a priority.
#[derive(Debug, Clone)]
pub(crate) struct Rule {
    pub(crate) id: i64,
    /// `agreementRule$agreementRule` for solving, `agreementRule$reactRule` for reacting.
    pub(crate) fqn: &'static str,
    pub(crate) title: String,
    pub(crate) agreement: i64,
    pub(crate) priority: i64,
    pub(crate) hours: i64,
}

/// «Прочее», which covers everybody; «VIP», of Romashka; one that ended.
pub(crate) const AGREEMENTS: [i64; 3] = [600_301, 600_302, 600_303];
/// Printing, mail, 1C, network.
pub(crate) const SERVICES: [i64; 4] = [600_005, 600_006, 600_007, 600_008];

pub(crate) fn services() -> Vec<Service> {
    let titles = ["Печать", "Корпоративная почта", "1С:Предприятие", "Сеть и VPN"];
    SERVICES.into_iter().zip(titles).map(|(id, title)| Service { id, title, removed: None }).collect()
}

pub(crate) fn agreements() -> Vec<Agreement> {
    let agreement = |id, title, state, recipients: &[i64]| Agreement {
        id,
        title,
        state,
        services: SERVICES.to_vec(),
        recipients: recipients.to_vec(),
    };
    vec![
        agreement(AGREEMENTS[0], "Прочее", "active", &[]),
        agreement(AGREEMENTS[1], "VIP-обслуживание", "active", &[super::people::ROMASHKA]),
        agreement(AGREEMENTS[2], "Договор 2019 года", "stopped", &[super::people::ARCHIVED_COMPANY]),
    ]
}

/// Rules of the two agreements that are active: four priorities, solving and reacting.
pub(crate) fn rules() -> Vec<Rule> {
    let mut all = Vec::new();
    for (place, agreement) in AGREEMENTS.into_iter().take(2).enumerate() {
        for (rank, priority) in super::catalog::PRIORITIES.into_iter().enumerate() {
            let id = 600_401 + 10 * place as i64 + rank as i64;
            let solving = hours(agreement, rank);
            all.push(Rule {
                id,
                fqn: "agreementRule$agreementRule",
                title: format!("Решение за {solving} ч"),
                agreement,
                priority,
                hours: solving,
            });
            all.push(Rule {
                id: id + 100,
                fqn: "agreementRule$reactRule",
                title: "Реакция за 1 ч".into(),
                agreement,
                priority,
                hours: 1,
            });
        }
    }
    all
}

/// Hours in which an agreement has a ticket of the priority of this rank solved.
pub(crate) fn hours(agreement: i64, rank: usize) -> i64 {
    let usual = [4, 8, 24, 72][rank];
    if agreement == AGREEMENTS[1] { usual / 2 } else { usual }
}

/// How a promise was kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kept {
    Met,
    Breached,
    InProgress,
}

impl Kept {
    /// As `itsm_sla_status` has it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Met => "Met",
            Self::Breached => "Breached",
            Self::InProgress => "In Progress",
        }
    }
}

impl Facts {
    /// Whether a ticket was solved in time; none where nothing was promised. Where it is not solved, its timer and its
    /// deadline say the same, whenever one looks: what is not exceeded ends years from now.
    pub(crate) fn kept(&self, ticket: &Ticket) -> Option<Kept> {
        let due = ticket.due?;
        Some(match (ticket.solved, ticket.timer) {
            (Some(solved), _) if solved <= due => Kept::Met,
            (Some(_), _) | (None, Some((Timer::Exceeded, _))) => Kept::Breached,
            _ => Kept::InProgress,
        })
    }
}
