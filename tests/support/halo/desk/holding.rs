//! What clients have: contracts, assets, and notes on them.

use super::super::dice::Dice;
use super::field::{Held, Scope, held};
use super::moment::{Moment, day, minutes};
use super::people::{ACME, FIRST_BULK_CLIENT, main_site};

/// A contract with a client.
#[derive(Debug, Clone)]
pub(crate) struct Contract {
    pub(crate) id: i64,
    pub(crate) client: i64,
    pub(crate) reference: String,
    pub(crate) title: String,
    pub(crate) starts: Moment,
    pub(crate) ends: Option<Moment>,
    pub(crate) active: bool,
    pub(crate) amount: f64,
    pub(crate) note: String,
    pub(crate) modified: Moment,
    pub(crate) fields: Vec<Held>,
}

/// A device or another thing of a client.
#[derive(Debug, Clone)]
pub(crate) struct Asset {
    pub(crate) id: i64,
    pub(crate) client: i64,
    pub(crate) number: String,
    pub(crate) model: String,
    /// A row of `/AssetType`.
    pub(crate) kind: i64,
    pub(crate) inactive: bool,
    pub(crate) username: String,
    pub(crate) warranty_ends: Option<Moment>,
    pub(crate) fields: Vec<Held>,
}

/// `/AssetType` rows.
pub(crate) const ASSET_TYPES: [(i64, &str); 2] = [(9, "Laptop"), (10, "Phone line")];

/// Every contract; one has ended, one never does.
pub(crate) fn contracts(seed: u64) -> Vec<Contract> {
    let contract = |id: i64, client: i64, reference: &str| Contract {
        id,
        client,
        reference: reference.into(),
        title: format!("{reference} support"),
        starts: day(2026, 1, 1),
        ends: Some(day(2026, 12, 31)),
        active: true,
        amount: 450.5,
        note: String::new(),
        modified: minutes(day(2026, 1, 2), id),
        fields: held(seed, Scope::Contract, id, id == 301),
    };
    vec![
        contract(301, ACME, "ACME-GOLD"),
        Contract {
            active: false,
            starts: day(2023, 1, 1),
            ends: Some(day(2023, 12, 31)),
            ..contract(302, ACME, "ACME-OLD")
        },
        Contract { ends: None, note: "Ends never\r\n\"really\"".into(), ..contract(303, 14, "BLUE") },
        contract(304, FIRST_BULK_CLIENT, "ACME-GOLD"),
    ]
}

/// Every asset; `700` and `701` are in a ticket, one is inactive.
pub(crate) fn assets(seed: u64) -> Vec<Asset> {
    (700..760)
        .map(|id| {
            let mut dice = Dice::new(seed, "asset", id);
            let client = if id < 703 { ACME } else { FIRST_BULK_CLIENT };
            Asset {
                id,
                client,
                number: format!("LT-{id:04}"),
                model: (*dice.pick(&["ThinkPad T14", "Latitude \"7440\"", "Büro-PC"])).into(),
                kind: if id % 5 == 0 { 10 } else { 9 },
                inactive: id == 702,
                username: if client == ACME { "Sam Carter".into() } else { String::new() },
                warranty_ends: dice.in_thousand(500).then(|| day(2027, 1, 1)),
                fields: held(seed, Scope::Asset, id, id == 700),
            }
        })
        .collect()
}

/// The site an asset is at.
pub(crate) fn site_of(asset: &Asset) -> i64 {
    main_site(asset.client)
}
