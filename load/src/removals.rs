//! What a row no longer has: tags, companies and participants that an earlier load attached, or may have attached before it died, are
//! taken off again. What was there before us stays, for it is not ours.
//!
//! The ledger knows what was attached; the chain knows what is wanted. Tags of companies are taken off by name, which a tag that
//! is gone from the source no longer has here, so they stay; so do options of attributes.

use deskferry_http::Method;

use crate::ledger::{Ledger, State};
use crate::step::{Call, Chain, Field, Find, PathId, Reference, Step};
use crate::tables::{ARTICLES, ATTRIBUTES, COMPANIES, CONTACTS, CONVERSATIONS, TAGS};

/// Step that tells all options of an attribute.
pub(crate) const OPTIONS: &str = "options";

/// What becomes of a step that a row no longer has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unwanted {
    /// It is taken off.
    TakenOff,
    /// It may be there and may stay there: which of the two is found out.
    FoundOut,
    /// It stays as it is, and is noted as that.
    LetGo(State),
    /// It stays, and is told as drift: no call takes it off, or another row may want it.
    Stays,
}

/// Adds a step for each link that the chain no longer has.
pub(crate) fn extend(chain: &mut Chain, ledger: &Ledger) {
    // A second pass over a row wants nothing of its links; only the chain that makes the row names them all.
    if !chain.steps.iter().any(|step| step.name == "create" && step.table == chain.table) {
        return;
    }
    for name in ledger.links(chain.table, &chain.key) {
        if chain.steps.iter().any(|step| step.name == name) {
            continue;
        }
        if let Some((unwanted, call, find)) = unwanted(chain, ledger, &name) {
            let mut step = Step::new(chain.table, &chain.key, name, call, find);
            step.unwanted = Some(unwanted);
            chain.steps.push(step);
        }
    }
    for name in chain.lacks.clone() {
        if ledger.known(chain.table, &chain.key, name).is_some_and(|known| known.made) {
            let mut step = Step::new(chain.table, &chain.key, name, no_call(), Find::Repeat);
            step.unwanted = Some(Unwanted::Stays);
            chain.steps.push(step);
        }
    }
}

/// Whether a step of this name attaches something that can be taken off again.
pub(crate) fn is_link(step: &str) -> bool {
    step.split_once(':').is_some_and(|(kind, _)| table_of(kind).is_some())
}

/// Whether a step of this name adds options to an attribute, which stay.
pub(crate) fn is_option(step: &str) -> bool {
    step == OPTIONS || step.starts_with("option:")
}

/// Whose rows links of a kind attach.
pub(crate) fn table_of(kind: &str) -> Option<&'static str> {
    match kind {
        "tag" => Some(TAGS),
        "company" => Some(COMPANIES),
        "participant" => Some(CONTACTS),
        _ => None,
    }
}

/// The path of the `DELETE` that takes something off a row: with blanks for both.
pub(crate) fn path(table: &str, kind: &str, is_ticket: bool) -> Option<&'static str> {
    Some(match (table, kind) {
        (CONTACTS, "tag") => "/contacts/{}/tags/{}",
        (CONTACTS, "company") => "/contacts/{}/companies/{}",
        (CONVERSATIONS, "tag") if is_ticket => "/tickets/{}/tags/{}",
        (CONVERSATIONS, "tag") => "/conversations/{}/tags/{}",
        (CONVERSATIONS, "participant") => "/conversations/{}/customers/{}",
        (ARTICLES, "tag") => "/articles/{}/tags/{}",
        _ => return None,
    })
}

fn no_call() -> Call {
    Call::new(Method::Get, "", Vec::new())
}

fn unwanted(chain: &Chain, ledger: &Ledger, name: &str) -> Option<(Unwanted, Call, Find)> {
    let is_open = ledger.known(chain.table, &chain.key, name).is_some_and(|known| known.is_open());
    let Some((kind, key)) = name.split_once(':') else {
        // A list of options of which none is missing: who added them makes no difference.
        return Some((Unwanted::LetGo(State::Done), no_call(), Find::Repeat));
    };
    if chain.table == ATTRIBUTES {
        let call = no_call().with("label", Field::json(key));
        return Some((Unwanted::FoundOut, call, Find::AttributeOption));
    }
    let target = table_of(kind)?;
    let ids = (ledger.id(chain.table, &chain.key), ledger.id(target, key));
    if let (Some(row), Some(id)) = ids {
        // Two keys may stand for one tag, company or contact of Intercom.
        let wanted = chain.steps.iter().filter(|step| step.unwanted.is_none());
        let mut wanted = wanted.filter_map(|step| step.name.strip_prefix(kind)?.strip_prefix(':'));
        let is_wanted = wanted.any(|other| ledger.id(target, other).as_ref() == Some(&id));
        if is_wanted || ledger.ask(|memory| memory.had(chain.table, &row, kind, &id)) {
            return Some((Unwanted::LetGo(State::Undone), no_call(), Find::Repeat));
        }
        if ledger.ask(|memory| memory.is_shared(chain.table, &row) || memory.is_shared(target, &id)) {
            return Some((Unwanted::Stays, no_call(), Find::Repeat));
        }
    }
    let is_ticket = chain.steps.iter().any(|step| step.find == Find::Ticket);
    let Some(path) = path(chain.table, kind, is_ticket) else {
        return is_open.then_some((Unwanted::LetGo(State::Done), no_call(), Find::Repeat));
    };
    let ids = [(chain.table, chain.key.as_str()), (target, key)];
    let call = Call::new(Method::Delete, path, ids.map(|(t, k)| PathId::Id(Reference::new(t, k))).into());
    // The description wants a body for these: who did it.
    let is_acted = chain.table == CONVERSATIONS;
    let call = if is_acted { call.with("admin_id", Field::Actor(Vec::new())) } else { call };
    Some((Unwanted::TakenOff, call, Find::Repeat))
}
