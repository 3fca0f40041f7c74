//! Contacts, companies, agents, teams.

use serde_json::{Value, json};

use super::{at, attributes, contact_of, desk, keys, millis, row, table, tag_names, text};
use crate::support::infoset::desk::people::{
    AYSE, BAD_EMAIL, BRANCH, DOTLESS, GONE_CONTACT, NAMELESS, OF_LOST_COMPANY, ORNEK, ORPHAN, SOCIAL, TWINS,
    WITHOUT_EMAIL,
};
use crate::support::infoset::desk::staff::{DEPARTED, GONE, TEAMS, USERS};
use crate::support::infoset::desk::story;

#[test]
fn every_contact_is_there_by_its_address() {
    let found = table("contacts");
    for contact in desk().contacts.all().iter().filter(|contact| contact.id != TWINS[1]) {
        let row = &found[&contact_of(contact)];
        assert_eq!(row["name"].as_str().unwrap_or_default(), contact.name, "{row}");
        let email = contact.email.trim().to_lowercase();
        let email = Some(email).filter(|email| email.contains('@'));
        assert_eq!(row["email"].as_str(), email.as_deref(), "{row}");
        let phone = Some(contact.phone.clone()).filter(|phone| phone.starts_with('+'));
        assert_eq!(row["phone"].as_str(), phone.as_deref(), "{row}");
        let held = attributes(row);
        assert_eq!(held["Infoset person without e-mail"].as_bool(), email.is_none().then_some(true), "{row}");
        assert_eq!(held["Infoset phone numbers"].as_str().unwrap_or_default(), contact.phone, "{row}");
        if contact.id == TWINS[0] {
            continue;
        }
        let company = desk().company_of(contact).map(|company| format!("infoset:company:{}", company.id));
        assert_eq!(keys(row, "company_keys"), company.into_iter().collect::<Vec<_>>(), "{row}");
        let mut tags = contact.tags.clone();
        tags.sort_unstable();
        assert_eq!(tag_names(row), tags, "{row}");
        let owner = contact.owner.map(|id| format!("infoset:user:{id}"));
        assert_eq!(row["owner_key"].as_str(), owner.as_deref(), "{row}");
        assert_eq!(millis(row, "signed_up_at"), at(contact.created), "{row}");
    }
    assert_eq!(found[&format!("infoset:contact:{AYSE}")]["external_id"], "musteri-1");
    assert_eq!(found[&format!("infoset:contact:{DOTLESS}")]["email"], "isil.ilgin@example.com");
    assert_eq!(
        attributes(&found[&format!("infoset:contact:{BAD_EMAIL}")])["Infoset e-mail as entered"],
        "yanlis at example"
    );
    assert_eq!(found[&format!("infoset:contact:{WITHOUT_EMAIL}")]["phone"], Value::Null);
    assert_eq!(found[&format!("infoset:contact:{SOCIAL}")]["phone"], "+905551112233");
    assert_eq!(found[&format!("infoset:contact:{OF_LOST_COMPANY}")]["company_keys"], Value::Null);
    assert!(found.contains_key(&format!("infoset:contact:{NAMELESS}")));
    assert!(!found.contains_key(&format!("infoset:contact:{GONE_CONTACT}")));
}

#[test]
fn two_contacts_of_one_address_are_one() {
    let found = table("contacts");
    let twin = &found[&format!("infoset:contact:{}", TWINS[0])];
    assert!(!found.contains_key(&format!("infoset:contact:{}", TWINS[1])));
    assert_eq!(attributes(twin)["Infoset contact IDs"], format!("{} {}", TWINS[0], TWINS[1]));
    let companies = [format!("infoset:company:{ORNEK}"), format!("infoset:company:{BRANCH}")];
    assert_eq!(keys(twin, "company_keys"), companies);
    for ticket in story::OF_TWINS {
        assert_eq!(row("conversations", &format!("infoset:ticket:{ticket}"))["contact_key"], twin["source_key"]);
    }
}

#[test]
fn every_company_is_there_with_those_above_it() {
    let found = table("companies");
    assert_eq!(found.len(), desk().companies.all().len());
    for company in desk().companies.all() {
        let row = &found[&format!("infoset:company:{}", company.id)];
        assert_eq!((&row["name"], &row["website"]), (&json!(company.name), &json!(company.website)), "{row}");
        assert_eq!(tag_names(row), company.tags, "{row}");
        let held = attributes(row);
        assert_eq!(held["Infoset company ID"], company.id, "{row}");
        assert_eq!(held["Infoset company phone"], company.phone, "{row}");
        assert_eq!(millis(row, "remote_created_at"), at(company.created), "{row}");
    }
    let parents = |id: i64| attributes(&found[&format!("infoset:company:{id}")])["Infoset parent companies"].clone();
    assert_eq!(parents(BRANCH), "Örnek Ticaret A.Ş.");
    assert_eq!((parents(ORNEK), parents(ORPHAN)), (Value::Null, Value::Null));
}

#[test]
fn agents_and_teams_are_teammates_and_teams() {
    let admins = table("admins");
    assert_eq!(admins.len(), USERS.len());
    for user in &USERS {
        let row = &admins[&format!("infoset:user:{}", user.id)];
        assert_eq!((text(row, "name"), text(row, "email")), (user.name().as_str(), user.email.to_lowercase().as_str()));
        assert_eq!(row["active"], user.active, "{row}");
    }
    assert_eq!(admins[&format!("infoset:user:{DEPARTED}")]["active"], false);
    let teams = table("teams");
    assert_eq!(teams.len(), TEAMS.len());
    for team in &TEAMS {
        assert_eq!(teams[&format!("infoset:team:{}", team.id)]["name"], team.name);
    }
    let gone = row("inventory", &format!("infoset:inventory:gone_agent:{GONE}"));
    assert!(text(&gone, "recommendation").contains("mapping/agents.csv"), "{gone}");
}
