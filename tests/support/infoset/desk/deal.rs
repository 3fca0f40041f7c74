//! Deals and what was noted on them.

use super::super::dice::Dice;
use super::Size;
use super::body::Body;
use super::moment::{Moment, days_before, minutes};
use super::people::{AYSE, FIRST_BULK_COMPANY, FIRST_BULK_CONTACT, GONE_CONTACT, ORNEK, companies_for, contacts_for};
use super::property::{Held, held};
use super::staff::{ELIF, GONE, IRFAN, MEHMET, PIPELINES};
use super::story;

/// A deal.
#[derive(Debug, Clone)]
pub(crate) struct Deal {
    pub(crate) id: i64,
    pub(crate) name: String,
    pub(crate) amount: Option<f64>,
    pub(crate) currency: &'static str,
    /// 1 and 2 open, 3 won, 4 lost.
    pub(crate) status: i64,
    pub(crate) stage: i64,
    pub(crate) contacts: Vec<i64>,
    pub(crate) company: Option<i64>,
    pub(crate) owners: Vec<i64>,
    pub(crate) tickets: Vec<i64>,
    pub(crate) properties: Vec<Held>,
    pub(crate) close: Option<Moment>,
    pub(crate) created: Moment,
    pub(crate) updated: Moment,
    pub(crate) notes: Vec<Note>,
}

/// A note on a deal.
#[derive(Debug, Clone)]
pub(crate) struct Note {
    pub(crate) id: i64,
    pub(crate) user: i64,
    pub(crate) body: Body,
    pub(crate) at: Moment,
}

/// The pipeline of every deal.
pub(crate) const PIPELINE: i64 = PIPELINES[2].id;
/// Two contacts, of whom one is gone; a company, a ticket, every property, notes.
pub(crate) const RICH: i64 = 771_001;
/// No amount, no close date, nobody's.
pub(crate) const BARE: i64 = 771_002;
/// Owned by a user who is gone, in a stage that is gone.
pub(crate) const OF_GONE_USER: i64 = 771_003;
const FIRST_BULK: i64 = 772_001;

/// Every deal: those with a story, and one for every eight tickets.
pub(crate) fn deals(size: &Size) -> Vec<Deal> {
    let mut deals = vec![
        Deal {
            contacts: vec![AYSE, GONE_CONTACT],
            company: Some(ORNEK),
            owners: vec![MEHMET, ELIF],
            tickets: vec![story::OMNI],
            properties: held(size.seed, "deal", RICH, true),
            notes: (1..=3).map(|nth| note(size, RICH, nth)).collect(),
            ..deal(size, RICH, "TR-2026-0815 \"Işık\"")
        },
        Deal { amount: None, close: None, owners: Vec::new(), ..deal(size, BARE, "Boş fırsat") },
        Deal { owners: vec![GONE], stage: 109_099, status: 4, ..deal(size, OF_GONE_USER, "Sahibi silinmiş") },
    ];
    deals.extend((0..size.tickets / 8).map(|nth| {
        let id = FIRST_BULK + nth;
        let mut dice = Dice::new(size.seed, "bulk deal", id);
        Deal {
            contacts: vec![FIRST_BULK_CONTACT + dice.below(contacts_for(size.tickets))],
            company: Some(FIRST_BULK_COMPANY + dice.below(companies_for(size.tickets))),
            ..deal(size, id, &format!("TR-2026-{id}"))
        }
    }));
    deals
}

fn deal(size: &Size, id: i64, name: &str) -> Deal {
    let mut dice = Dice::new(size.seed, "deal", id);
    let created = minutes(days_before(size.now, 300), dice.below(300_000));
    Deal {
        id,
        name: name.into(),
        amount: Some(dice.below(10_000_000) as f64 / 100.0),
        currency: if dice.in_thousand(300) { "EUR" } else { "TRY" },
        status: 1 + dice.below(4),
        stage: dice.pick(PIPELINES[2].stages).0,
        contacts: Vec::new(),
        company: None,
        owners: vec![IRFAN],
        tickets: Vec::new(),
        properties: held(size.seed, "deal", id, false),
        close: Some(minutes(created, 60_000)),
        created,
        updated: minutes(created, 20_000),
        notes: Vec::new(),
    }
}

fn note(size: &Size, deal: i64, nth: i64) -> Note {
    let at = minutes(days_before(size.now, 30), nth * 60);
    Note {
        id: deal * 100 + nth,
        user: MEHMET,
        body: Body::saying(&format!("D{deal}n{nth}z"), "Müşteri düşünüyor."),
        at,
    }
}
