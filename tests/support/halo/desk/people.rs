//! Who asks: clients, their sites, and the contacts at those.

use super::super::dice::Dice;
use super::moment::{Moment, day, minutes};

/// A customer organisation. An `Area` of the API.
#[derive(Debug, Clone)]
pub(crate) struct Client {
    pub(crate) id: i64,
    /// As it is written, with stray blanks.
    pub(crate) name: String,
    /// A row of `/TopLevel`.
    pub(crate) top_level: i64,
    pub(crate) inactive: bool,
    pub(crate) vip: bool,
    /// 0, or why no work is done for it.
    pub(crate) stopped: i64,
    pub(crate) notes: String,
    pub(crate) domain: String,
    pub(crate) website: String,
    pub(crate) phone: String,
    /// An agent, or 0.
    pub(crate) account_manager: i64,
    pub(crate) created: Moment,
    pub(crate) updated: Moment,
}

/// A place of a client.
#[derive(Debug, Clone)]
pub(crate) struct Site {
    pub(crate) id: i64,
    pub(crate) client: i64,
    pub(crate) name: String,
    pub(crate) inactive: bool,
    pub(crate) phone: String,
    /// Street, town, region, country, post code.
    pub(crate) address: [String; 5],
    /// A contact, or 0.
    pub(crate) main_contact: i64,
    pub(crate) created: Moment,
    pub(crate) updated: Moment,
}

/// A contact. A `Users` of the API.
#[derive(Debug, Clone)]
pub(crate) struct User {
    pub(crate) id: i64,
    pub(crate) site: i64,
    pub(crate) client: i64,
    /// As it is written, with stray blanks.
    pub(crate) name: String,
    /// As it is written; empty for none.
    pub(crate) email: String,
    /// More addresses; empty for none.
    pub(crate) more_emails: [String; 2],
    pub(crate) phone: String,
    pub(crate) mobile: String,
    pub(crate) whatsapp: String,
    pub(crate) facebook: String,
    pub(crate) inactive: bool,
    pub(crate) service: bool,
    /// The pseudo-contact "General User" of a site.
    pub(crate) general: bool,
    pub(crate) never_mailed: bool,
    /// The agent that this contact is, or 0.
    pub(crate) agent: i64,
    pub(crate) job: String,
    pub(crate) notes: String,
    pub(crate) created: Moment,
    pub(crate) updated: Moment,
}

/// The client that stands for "unknown".
pub(crate) const UNKNOWN_CLIENT: i64 = 1;
/// A client with every kind of contact.
pub(crate) const ACME: i64 = 12;
/// The catch-all of social channels, called "contacts".
pub(crate) const SOCIAL_CLIENT: i64 = 13;
/// A client that is no longer one.
pub(crate) const INACTIVE_CLIENT: i64 = 15;
/// A client called like `ACME`.
pub(crate) const NAMESAKE_CLIENT: i64 = 17;
/// A client that was merged into `ACME`: only tickets still name it.
pub(crate) const MERGED_CLIENT: i64 = 19;
/// The first client without a story.
pub(crate) const FIRST_BULK_CLIENT: i64 = 20;

pub(crate) const SAM: i64 = 1201;
/// Approves; also in the copy of e-mails.
pub(crate) const MAX: i64 = 1202;
pub(crate) const INACTIVE_USER: i64 = 1203;
pub(crate) const USER_WITHOUT_EMAIL: i64 = 1204;
/// Two contacts of one e-mail address, written differently.
pub(crate) const TWINS: [i64; 2] = [1205, 1206];
pub(crate) const AGENT_AS_USER: i64 = 1207;
pub(crate) const ANONYMISED_USER: i64 = 1208;
/// Merged into `SAM`: only tickets still name it.
pub(crate) const MERGED_USER: i64 = 1209;
pub(crate) const USER_OF_MANY_ADDRESSES: i64 = 1210;
pub(crate) const SERVICE_USER: i64 = 1211;
/// Name and address with stray blanks.
pub(crate) const BLANK_USER: i64 = 1212;
/// Its address is none.
pub(crate) const BAD_EMAIL_USER: i64 = 1213;
pub(crate) const NEVER_MAILED_USER: i64 = 1214;
/// The general user of Acme's main site.
pub(crate) const GENERAL_USER: i64 = 1290;
/// Came by Facebook, has no address.
pub(crate) const SOCIAL_USER: i64 = 1301;

/// A client's main site.
pub(crate) fn main_site(client: i64) -> i64 {
    client * 10 + 1
}

/// Every client that there is, `bulk` of them without a story.
pub(crate) fn clients(seed: u64, bulk: i64) -> Vec<Client> {
    let client = |id: i64, name: &str| {
        let mut dice = Dice::new(seed, "client", id);
        let created = minutes(day(2023, 1, 2), dice.below(400_000));
        Client {
            id,
            name: name.into(),
            top_level: 3,
            inactive: false,
            vip: false,
            stopped: 0,
            notes: String::new(),
            domain: format!("client{id}.example"),
            website: format!("https://www.client{id}.example"),
            phone: format!("+44 20 7946 {:04}", id % 10_000),
            account_manager: if dice.in_thousand(300) { 11 } else { 0 },
            created,
            updated: minutes(created, dice.below(400_000)),
        }
    };
    let mut clients = vec![
        Client {
            domain: String::new(),
            website: String::new(),
            phone: String::new(),
            ..client(UNKNOWN_CLIENT, "Unknown")
        },
        Client {
            vip: true,
            account_manager: 11,
            notes: "Gold customer\r\nCall Max first".into(),
            domain: "acme.example".into(),
            website: "https://acme.example".into(),
            ..client(ACME, "Acme Ltd")
        },
        Client { domain: String::new(), website: String::new(), ..client(SOCIAL_CLIENT, "contacts") },
        client(14, "Bluebird & Söhne GmbH 🚲"),
        Client { inactive: true, ..client(INACTIVE_CLIENT, "Closed Down Co") },
        client(16, "  Stray Blank Ltd "),
        Client { top_level: 4, ..client(NAMESAKE_CLIENT, "Acme Ltd") },
        Client { stopped: 2, ..client(18, "Stopped Payments Inc") },
    ];
    for id in FIRST_BULK_CLIENT..FIRST_BULK_CLIENT + bulk {
        let mut dice = Dice::new(seed, "bulk client", id);
        let kind = dice.pick(&["Cycles", "Bakery", "Logistics", "Dental", "Energy", "Print"]);
        let inactive = dice.in_thousand(30);
        clients.push(Client { inactive, ..client(id, &format!("{kind} {id} Ltd")) });
    }
    clients
}

/// Every site of these clients.
pub(crate) fn sites(seed: u64, clients: &[Client]) -> Vec<Site> {
    let site = |id: i64, client: i64, name: &str| {
        let mut dice = Dice::new(seed, "site", id);
        let created = minutes(day(2023, 1, 2), dice.below(400_000));
        Site {
            id,
            client,
            name: name.into(),
            inactive: false,
            phone: format!("+44 20 7946 {:04}", id % 10_000),
            address: [
                format!("{} High St", id % 90 + 1),
                "Leeds".into(),
                String::new(),
                String::new(),
                format!("AB{} 2CD", id % 9 + 1),
            ],
            main_contact: if client == ACME { SAM } else { 0 },
            created,
            updated: minutes(created, dice.below(300_000)),
        }
    };
    let mut sites = Vec::new();
    for client in clients {
        let of = |number: i64, name: &str| site(main_site(client.id) + number, client.id, name);
        match client.id {
            SOCIAL_CLIENT => sites.extend([of(0, "Facebook"), of(1, "Twitter"), of(2, "WhatsApp")]),
            ACME => sites.extend([of(0, "Main"), of(1, "Depot 2"), Site { inactive: true, ..of(2, "Old yard") }]),
            _ => sites.push(of(0, "Main")),
        }
    }
    sites
}
