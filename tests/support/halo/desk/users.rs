//! The contacts of every site.

use super::super::dice::Dice;
use super::moment::{day, minutes};
use super::people::{
    ACME, AGENT_AS_USER, ANONYMISED_USER, BAD_EMAIL_USER, BLANK_USER, FIRST_BULK_CLIENT, INACTIVE_USER, MAX,
    NEVER_MAILED_USER, SAM, SERVICE_USER, SOCIAL_CLIENT, SOCIAL_USER, Site, TWINS, USER_OF_MANY_ADDRESSES,
    USER_WITHOUT_EMAIL, User, main_site,
};
use super::staff::ANN;

const FIRST_NAMES: [&str; 12] =
    ["Ada", "Ben", "Chiara", "Dmitri", "Elif", "Fatima", "Gustav", "Hana", "Inés", "Jürgen", "Kofi", "Łucja"];
const SURNAMES: [&str; 10] =
    ["Abbott", "Brück", "Costa", "Dvořák", "Eriksen", "Fournier", "García", "Hassan", "Ito", "O'Neil"];

/// Every contact of these sites.
pub(crate) fn users(seed: u64, sites: &[Site]) -> Vec<User> {
    let mut users = Vec::new();
    for (at, site) in sites.iter().enumerate() {
        let nth = sites[..at].iter().filter(|other| other.client == site.client).count() as i64;
        users.push(User {
            general: true,
            email: String::new(),
            ..user(seed, site.client * 100 + 90 + nth, site.client, site.id, "General User")
        });
        if site.client >= FIRST_BULK_CLIENT {
            users.extend((1..=3).map(|n| bulk(seed, site.client * 100 + n, site)));
        }
    }
    users.extend(stories(seed));
    users.sort_by_key(|user| user.id);
    users
}

fn user(seed: u64, id: i64, client: i64, site: i64, name: &str) -> User {
    let mut dice = Dice::new(seed, "user", id);
    let created = minutes(day(2023, 2, 1), dice.below(300_000));
    User {
        id,
        site,
        client,
        name: name.into(),
        email: String::new(),
        more_emails: [String::new(), String::new()],
        phone: String::new(),
        mobile: if dice.in_thousand(400) { format!("+44 7700 9{:05}", id % 100_000) } else { String::new() },
        whatsapp: String::new(),
        facebook: String::new(),
        inactive: false,
        service: false,
        general: false,
        never_mailed: false,
        agent: 0,
        job: String::new(),
        notes: String::new(),
        created,
        updated: minutes(created, dice.below(300_000)),
    }
}

/// A contact without a story; some are inactive, some have no address.
fn bulk(seed: u64, id: i64, site: &Site) -> User {
    let mut dice = Dice::new(seed, "bulk user", id);
    let (first, last) = (dice.pick(&FIRST_NAMES), dice.pick(&SURNAMES));
    let email = if dice.in_thousand(40) { String::new() } else { format!("user{id}@client{}.example", site.client) };
    let inactive = dice.in_thousand(30);
    User { email, inactive, ..user(seed, id, site.client, site.id, &format!("{first} {last}")) }
}

fn stories(seed: u64) -> Vec<User> {
    let acme =
        |id: i64, name: &str, email: &str| User { email: email.into(), ..user(seed, id, ACME, main_site(ACME), name) };
    vec![
        User {
            mobile: "+44 7700 900123".into(),
            job: "Head of IT".into(),
            notes: "Prefers calls before 10".into(),
            ..acme(SAM, "Sam Carter", "sam@acme.example")
        },
        acme(MAX, "Max Boss", "max@acme.example"),
        User { inactive: true, ..acme(INACTIVE_USER, "Ina Inactive", "ina@acme.example") },
        User { phone: "+44 20 7946 0999".into(), ..acme(USER_WITHOUT_EMAIL, "Nora Nomail", "") },
        acme(TWINS[0], "Toni Twin", "shared@acme.example"),
        User { site: main_site(ACME) + 1, ..acme(TWINS[1], "Tina Twin", "Shared@Acme.example") },
        User { agent: ANN, ..acme(AGENT_AS_USER, "Ann Agent", "ann@desk.example") },
        User { inactive: true, mobile: String::new(), ..acme(ANONYMISED_USER, "Anonymised User 1208", "") },
        User {
            more_emails: ["many.second@acme.example".into(), "many.third@acme.example".into()],
            whatsapp: "+44 7700 900777".into(),
            mobile: "07700 900778".into(),
            phone: "ext. 12".into(),
            ..acme(USER_OF_MANY_ADDRESSES, "Mani Many", "many@acme.example")
        },
        User { service: true, ..acme(SERVICE_USER, "Monitoring", "monitoring@acme.example") },
        acme(BLANK_USER, "  Pat   Doe ", " pat@acme.example "),
        acme(BAD_EMAIL_USER, "Bad Address", "bad at acme"),
        User { never_mailed: true, ..acme(NEVER_MAILED_USER, "Neve R. Mail", "neve@acme.example") },
        User {
            facebook: "zoe.zeitgeist".into(),
            ..user(seed, SOCIAL_USER, SOCIAL_CLIENT, main_site(SOCIAL_CLIENT), "Zoë Zeitgeist")
        },
        User {
            email: "müller@bluebird.example".into(),
            ..user(seed, 1401, 14, main_site(14), "Jörg Müller-Lüdenscheidt")
        },
        User { email: "last@closed.example".into(), ..user(seed, 1501, 15, main_site(15), "Lasse Last") },
        User { email: "blank@stray.example".into(), ..user(seed, 1601, 16, main_site(16), "Bla Nk") },
        User { email: "other@namesake.example".into(), ..user(seed, 1701, 17, main_site(17), "Ola Other") },
        User { email: "owing@stopped.example".into(), ..user(seed, 1801, 18, main_site(18), "Owen Owing") },
    ]
}
