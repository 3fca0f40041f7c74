//! What a correct migration tells of a ticket beside its messages: the values of its attributes.

use super::agreement::Kept;
use super::people::TWINS;
use super::ticket::{Client, Ticket};
use super::{Facts, Moment};

/// Values of a ticket's attributes; none is empty.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Told {
    /// `itsm_ticket_id`: the number that people know.
    pub(crate) number: i64,
    pub(crate) kind: &'static str,
    /// Title of the state.
    pub(crate) state: &'static str,
    pub(crate) priority: Option<&'static str>,
    pub(crate) urgency: Option<&'static str>,
    pub(crate) impact: Option<&'static str>,
    /// Parent of the first subcategory.
    pub(crate) category: Option<&'static str>,
    /// All of them, in order.
    pub(crate) subcategories: Vec<&'static str>,
    pub(crate) channel: Option<&'static str>,
    pub(crate) service: Option<&'static str>,
    pub(crate) sla_name: Option<&'static str>,
    pub(crate) sla_response_due: Option<Moment>,
    pub(crate) sla_resolution_due: Option<Moment>,
    pub(crate) sla_status: Option<Kept>,
    pub(crate) solved: Option<Moment>,
    /// Title of the code of closing.
    pub(crate) closing: Option<&'static str>,
    pub(crate) mark: Option<&'static str>,
    /// State of the newest approval: `registered`, `approved`, `rejected`.
    pub(crate) approval: Option<&'static str>,
    /// Numbers of problems that are not archived.
    pub(crate) problems: Vec<i64>,
    /// Numbers of changes that are not archived, whatever way they are linked.
    pub(crate) changes: Vec<i64>,
    /// Titles of configuration items.
    pub(crate) cis: Vec<String>,
    /// The company of who asked, or that asked.
    pub(crate) company: Option<i64>,
}

impl Facts {
    /// What a ticket's attributes say.
    pub(crate) fn told(&self, ticket: &Ticket) -> Told {
        let title = |id: Option<i64>| id.map(|id| self.item(id).title);
        let problems = self.problems_of(ticket.id).into_iter().filter(|problem| problem.removed.is_none());
        let mut changes = self.changes_for(ticket.id);
        changes.extend(self.changes_before(ticket.id));
        changes.retain(|change| change.removed.is_none());
        let company = match ticket.client {
            Client::Employee(id) => self.company_of(self.employee(id)),
            Client::Ou(id) => self.company_above(Some(id)),
            _ => None,
        };
        Told {
            number: ticket.number,
            kind: ticket.kind.title(),
            state: self.tenant.state_title(ticket.state),
            priority: title(ticket.priority),
            urgency: title(ticket.urgency),
            impact: title(ticket.impact),
            category: title(ticket.categories.first().and_then(|id| self.item(*id).parent)),
            subcategories: ticket.categories.iter().map(|id| self.item(*id).title).collect(),
            channel: title(ticket.channel),
            service: ticket.service.map(|id| self.services[&id].title),
            sla_name: ticket.agreement.map(|id| self.agreements[&id].title),
            sla_response_due: ticket.reaction_due,
            sla_resolution_due: ticket.due,
            sla_status: self.kept(ticket),
            solved: ticket.solved,
            closing: title(ticket.closing),
            mark: title(ticket.mark),
            approval: self.negotiations_of(ticket.source()).last().map(|asked| asked.state),
            problems: problems.map(|problem| problem.number).collect(),
            changes: changes.into_iter().map(|change| change.number).collect(),
            cis: self.cis_of(ticket.id).into_iter().map(|ci| ci.title.clone()).collect(),
            company,
        }
    }

    /// People that a correct migration has as contacts: no roles, of two with one address the first.
    pub(crate) fn contacts(&self) -> Vec<i64> {
        let people = self.employees.values().filter(|employee| !employee.is_role() && employee.id != TWINS[1]);
        people.map(|employee| employee.id).collect()
    }

    /// How many rows of a class the tenant gives to who sees everything, for counts that have to meet.
    pub(crate) fn count(&self, class: &str) -> usize {
        let listed = |id: &i64| class != "file" || self.files[id].place != super::file::Place::InTextOnly;
        super::super::wire::ids(self, class).iter().filter(|id| listed(id)).count()
    }
}
