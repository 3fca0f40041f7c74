//! Contacts and companies.

use super::super::dice::Dice;
use super::moment::{Moment, days_before, minutes};
use super::property::{Held, held};

/// A company.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Company {
    pub(crate) id: i64,
    pub(crate) name: String,
    /// The company above it; the last of the stories names one that is not there.
    pub(crate) parent: Option<i64>,
    pub(crate) website: String,
    pub(crate) phone: String,
    pub(crate) tags: Vec<&'static str>,
    pub(crate) properties: Vec<Held>,
    pub(crate) created: Moment,
    pub(crate) updated: Moment,
}

/// A contact.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Contact {
    pub(crate) id: i64,
    pub(crate) name: String,
    /// As it is written; empty for none.
    pub(crate) email: String,
    pub(crate) phone: String,
    pub(crate) company: Option<i64>,
    /// The customer's own id of the person, as a chat widget tells it.
    pub(crate) external_id: String,
    pub(crate) tags: Vec<&'static str>,
    pub(crate) owner: Option<i64>,
    pub(crate) properties: Vec<Held>,
    pub(crate) created: Moment,
    pub(crate) updated: Moment,
}

pub(crate) const AYSE: i64 = 412_345;
/// Two contacts of one address, written in other letters.
pub(crate) const TWINS: [i64; 2] = [412_346, 412_347];
pub(crate) const WITHOUT_EMAIL: i64 = 412_348;
/// Neither address nor telephone.
pub(crate) const NAMELESS: i64 = 412_349;
pub(crate) const BAD_EMAIL: i64 = 412_350;
/// Its company is not there.
pub(crate) const OF_LOST_COMPANY: i64 = 412_351;
/// I and ı where lower case goes wrong.
pub(crate) const DOTLESS: i64 = 412_352;
/// Of a social channel: a telephone only.
pub(crate) const SOCIAL: i64 = 412_353;
/// Tickets name it; there is no such contact any more.
pub(crate) const GONE_CONTACT: i64 = 412_399;
/// The first contact without a story.
pub(crate) const FIRST_BULK_CONTACT: i64 = 420_001;

pub(crate) const ORNEK: i64 = 98_765;
/// Below `ORNEK`.
pub(crate) const BRANCH: i64 = 98_766;
/// Its parent is not there.
pub(crate) const ORPHAN: i64 = 98_767;
/// Has the name of `ORNEK`.
pub(crate) const NAMESAKE_COMPANY: i64 = 98_768;
/// Contacts name it; there is no such company.
pub(crate) const LOST_COMPANY: i64 = 98_799;
/// The first company without a story.
pub(crate) const FIRST_BULK_COMPANY: i64 = 99_001;

const FIRST_NAMES: [&str; 10] = ["Ayşe", "Işıl", "İbrahim", "Gökçe", "Oğuz", "Çağla", "Ümit", "Şule", "Ilgın", "Yiğit"];
const SURNAMES: [&str; 8] = ["Yılmaz", "Işık", "Çelik", "Öztürk", "Şimşek", "Güneş", "Kılıç", "İnan"];

/// How many companies go with so many tickets.
pub(crate) fn companies_for(tickets: i64) -> i64 {
    (tickets / 10).max(5)
}

/// How many contacts go with so many tickets.
pub(crate) fn contacts_for(tickets: i64) -> i64 {
    (tickets / 2).max(10)
}

/// The address that a contact writes from; of one without an address, one that the contact does not have any more.
pub(crate) fn writes_from(contact: i64) -> String {
    match contact {
        AYSE => "ayse@example.com".into(),
        id if TWINS.contains(&id) => "ikiz@example.com".into(),
        id => format!("kisi{id}@sirket.example"),
    }
}

/// Every company.
pub(crate) fn companies(seed: u64, now: Moment, tickets: i64) -> Vec<Company> {
    let company = |id: i64, name: &str| {
        let mut dice = Dice::new(seed, "company", id);
        let created = minutes(days_before(now, 900), dice.below(500_000));
        Company {
            id,
            name: name.into(),
            parent: None,
            website: format!("https://sirket{id}.example"),
            phone: format!("+90212{:07}", id % 10_000_000),
            tags: if dice.in_thousand(200) { vec!["vip"] } else { Vec::new() },
            properties: held(seed, "company", id, id == ORNEK),
            created,
            updated: minutes(created, dice.below(400_000)),
        }
    };
    let mut companies = vec![
        company(ORNEK, "Örnek Ticaret A.Ş."),
        Company { parent: Some(ORNEK), ..company(BRANCH, "Örnek Ticaret A.Ş. – Iğdır Şubesi") },
        Company { parent: Some(LOST_COMPANY), ..company(ORPHAN, "Öksüz Ltd.") },
        company(NAMESAKE_COMPANY, "Örnek Ticaret A.Ş."),
    ];
    companies.extend((0..companies_for(tickets)).map(|nth| {
        let name = format!("{} Ltd. Şti. {}", SURNAMES[nth as usize % SURNAMES.len()], nth + 1);
        company(FIRST_BULK_COMPANY + nth, &name)
    }));
    companies
}

/// Every contact.
pub(crate) fn contacts(seed: u64, now: Moment, tickets: i64) -> Vec<Contact> {
    let contact = |id: i64, name: &str, email: &str| {
        let mut dice = Dice::new(seed, "contact", id);
        let created = minutes(days_before(now, 800), dice.below(500_000));
        Contact {
            id,
            name: name.into(),
            email: email.into(),
            phone: String::new(),
            company: Some(ORNEK),
            external_id: String::new(),
            tags: if dice.in_thousand(150) { vec!["vip", "iade"] } else { Vec::new() },
            owner: dice.in_thousand(100).then_some(super::staff::ELIF),
            properties: held(seed, "contact", id, id == AYSE),
            created,
            updated: minutes(created, dice.below(400_000)),
        }
    };
    let mut contacts = vec![
        Contact {
            phone: "+905321234567".into(),
            external_id: "musteri-1".into(),
            tags: vec!["vip"],
            owner: Some(super::staff::MEHMET),
            ..contact(AYSE, "Ayşe Yılmaz", "ayse@example.com")
        },
        contact(TWINS[0], "İkiz Bir", "ikiz@example.com"),
        Contact { company: Some(BRANCH), ..contact(TWINS[1], "İkiz İki", "Ikiz@Example.com") },
        Contact { phone: "0532 987 65 43".into(), ..contact(WITHOUT_EMAIL, "Adressiz Ağa", "") },
        Contact { company: None, ..contact(NAMELESS, "", "") },
        contact(BAD_EMAIL, "Yanlış Adres", "yanlis at example"),
        Contact {
            company: Some(LOST_COMPANY), ..contact(OF_LOST_COMPANY, "Şirketi Silinmiş", "silinmis@example.com")
        },
        contact(DOTLESS, "IŞIL ILGIN İNAN", " ISIL.ILGIN@EXAMPLE.COM "),
        Contact { phone: "+905551112233".into(), company: None, ..contact(SOCIAL, "WhatsApp Müşterisi", "") },
    ];
    contacts.extend((0..contacts_for(tickets)).map(|nth| {
        let id = FIRST_BULK_CONTACT + nth;
        let mut dice = Dice::new(seed, "bulk contact", id);
        let name = format!("{} {}", dice.pick(&FIRST_NAMES), dice.pick(&SURNAMES));
        let email = if dice.in_thousand(40) { String::new() } else { format!("kisi{id}@sirket.example") };
        let company = FIRST_BULK_COMPANY + dice.below(companies_for(tickets));
        Contact {
            phone: if dice.in_thousand(500) { format!("+90532{:07}", id) } else { String::new() },
            company: (!dice.in_thousand(200)).then_some(company),
            ..contact(id, &name, &email)
        }
    }));
    contacts
}
