//! What a row no longer has: tags, companies and participants that an earlier load attached are taken off again.
//!
//! The ledger knows what was attached; the chain knows what is wanted. Tags of companies are taken off by name, which a tag that
//! is gone from the source no longer has here, so they stay.

use deskferry_http::Method;

use crate::ledger::Ledger;
use crate::step::{Call, Chain, Field, Find, PathId, Reference, Step};
use crate::tables::{ARTICLES, COMPANIES, CONTACTS, CONVERSATIONS, TAGS};

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
        if let Some(call) = removal(chain, &name) {
            let mut step = Step::new(chain.table, &chain.key, name, call, Find::Repeat);
            step.is_removal = true;
            chain.steps.push(step);
        }
    }
}

/// Whether a step of this name attaches something that can be taken off again.
pub(crate) fn is_link(step: &str) -> bool {
    ["tag:", "company:", "participant:"].iter().any(|kind| step.starts_with(kind))
}

fn removal(chain: &Chain, name: &str) -> Option<Call> {
    let (kind, key) = name.split_once(':')?;
    let is_ticket = chain.steps.iter().any(|step| step.find == Find::Ticket);
    let (path, other) = match (chain.table, kind) {
        (CONTACTS, "tag") => ("/contacts/{}/tags/{}", TAGS),
        (CONTACTS, "company") => ("/contacts/{}/companies/{}", COMPANIES),
        (CONVERSATIONS, "tag") if is_ticket => ("/tickets/{}/tags/{}", TAGS),
        (CONVERSATIONS, "tag") => ("/conversations/{}/tags/{}", TAGS),
        (CONVERSATIONS, "participant") => ("/conversations/{}/customers/{}", CONTACTS),
        (ARTICLES, "tag") => ("/articles/{}/tags/{}", TAGS),
        _ => return None,
    };
    let ids = [(chain.table, chain.key.as_str()), (other, key)];
    let call = Call::new(Method::Delete, path, ids.map(|(t, k)| PathId::Id(Reference::new(t, k))).into());
    // The description wants a body for these: who did it.
    Some(if chain.table == CONVERSATIONS { call.with("admin_id", Field::Actor(Vec::new())) } else { call })
}
