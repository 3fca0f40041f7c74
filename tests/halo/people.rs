//! Companies and contacts, agents and teams: who becomes what, and who becomes nobody.

use serde_json::{Value, json};

use super::{attributes, contact_of, desk, keys, listed, moved, row, table, text};
use crate::support::halo::desk::people::{
    ACME, AGENT_AS_USER, ANONYMISED_USER, BAD_EMAIL_USER, GENERAL_USER, INACTIVE_CLIENT, INACTIVE_USER,
    NEVER_MAILED_USER, SAM, SERVICE_USER, SOCIAL_CLIENT, SOCIAL_USER, TWINS, UNKNOWN_CLIENT, USER_OF_MANY_ADDRESSES,
};
use crate::support::halo::desk::staff::{DISABLED_AGENT, UNASSIGNED};
use crate::support::halo::desk::story;

#[test]
fn every_client_is_a_company_with_its_sites() {
    let companies = table("companies");
    let mut real = desk().clients.all();
    real.retain(|client| ![UNKNOWN_CLIENT, SOCIAL_CLIENT].contains(&client.id));
    assert_eq!(companies.len(), real.len());
    for client in &real {
        let company = &companies[&format!("halo:client:{}", client.id)];
        let found = attributes(company);
        assert_eq!(company["name"], client.name.trim());
        assert_eq!(company["company_id"], company["source_key"]);
        assert_eq!(text(company, "website"), client.website);
        let level = if client.top_level == 3 { "Customers" } else { "Partners" };
        let manager = if client.account_manager > 0 { json!("Finn Sales") } else { Value::Null };
        let some = |flag: bool| if flag { json!(true) } else { Value::Null };
        for (name, wanted) in [
            ("Halo client ID", json!(client.id)),
            ("Halo client reference", json!(format!("C-{}", client.id))),
            ("Halo top level", json!(level)),
            ("Halo domain", json!(client.domain)),
            ("Halo client phone", json!(client.phone)),
            ("Halo account manager", manager),
            ("Halo client inactive", some(client.inactive)),
            ("Halo VIP client", some(client.vip)),
            ("Halo invoice address", json!("1 High St, Leeds, AB1 2CD")),
        ] {
            assert_eq!(found[name], wanted, "{name} of {company}");
        }
        for site in desk().sites.iter().filter(|site| site.client == client.id) {
            assert!(text(&found, "Halo sites").contains(&site.name), "{} is not in {found}", site.name);
            assert!(text(&found, "Halo sites").contains(&site.address[0]), "{} is not in {found}", site.address[0]);
        }
    }
    let acme = row("notes", &format!("halo:client_note:{ACME}"));
    assert_eq!(
        (&acme["parent_key"], &acme["body"]),
        (&json!("halo:client:12"), &json!("Gold customer<br>Call Max first"))
    );
    assert_eq!(attributes(&companies[&format!("halo:client:{INACTIVE_CLIENT}")])["Halo client inactive"], true);
}

#[test]
fn every_user_is_a_contact_or_is_told_why_not() {
    let contacts = table("contacts");
    let query =
        "SELECT source_id, coalesce(target_key, rule) AS told FROM intercom.dispositions WHERE source_table = 'users'";
    let rows = moved().migration.rows(query);
    for user in &desk().users.all() {
        let of_user = rows.iter().filter(|row| row["source_id"] == user.id.to_string().as_str());
        let told: Vec<&str> = of_user.map(|row| text(row, "told")).collect();
        if user.service {
            assert_eq!(told, ["a service account that no ticket names"]);
            continue;
        }
        let Some(key) = contact_of(user) else {
            assert_eq!(told, ["the pseudo-contact of a client or site"]);
            continue;
        };
        assert_eq!(told, std::slice::from_ref(&key));
        if TWINS.contains(&user.id) {
            continue;
        }
        let contact = &contacts[&key];
        let found = attributes(contact);
        assert_eq!(contact["name"], user.name.split_whitespace().collect::<Vec<_>>().join(" "), "{contact}");
        let email = user.email.trim().to_lowercase();
        let email = (email.contains('@') && !email.contains(' ')).then_some(email);
        assert_eq!(contact["email"].as_str(), email.as_deref(), "{contact}");
        assert_eq!(found["Halo user IDs"], user.id.to_string());
        let no_company = [UNKNOWN_CLIENT, SOCIAL_CLIENT].contains(&user.client);
        let company = if no_company { Vec::new() } else { vec![format!("halo:client:{}", user.client)] };
        assert_eq!(keys(contact, "company_keys"), company, "{contact}");
        assert_eq!(found["Halo inactive"], if user.inactive { json!(true) } else { Value::Null }, "{contact}");
        assert_eq!(found["Halo person without e-mail"], if email.is_none() { json!(true) } else { Value::Null });
    }
}

#[test]
fn people_who_lead_astray() {
    let contact = |id: i64| row("contacts", &format!("halo:user:{id}"));
    let sam = contact(SAM);
    assert_eq!(sam["phone"], "+447700900123");
    assert_eq!(attributes(&sam)["Halo job title"], "Head of IT");
    assert_eq!(row("notes", &format!("halo:user_note:{SAM}"))["body"], "Prefers calls before 10");

    let twins = contact(TWINS[0]);
    assert_eq!((&twins["email"], &twins["name"]), (&json!("shared@acme.example"), &json!("Toni Twin")));
    assert_eq!(attributes(&twins)["Halo user IDs"], "1205 1206");
    assert_eq!(attributes(&twins)["Halo site"], "Depot 2, Main");
    assert!(!table("contacts").contains_key(&format!("halo:user:{}", TWINS[1])));
    let merged = listed("SELECT rule FROM intercom.dispositions WHERE source_table = 'users' AND source_id = '1206'");
    assert_eq!(merged, ["merged into user 1205, who has the same e-mail"]);

    assert_eq!(attributes(&contact(INACTIVE_USER))["Halo inactive"], true);
    assert_eq!(contact(NEVER_MAILED_USER)["unsubscribed_from_emails"], true);
    assert_eq!(attributes(&contact(BAD_EMAIL_USER))["Halo e-mail as entered"], "bad at acme");
    let many = contact(USER_OF_MANY_ADDRESSES);
    assert_eq!(attributes(&many)["Halo other e-mails"], "many.second@acme.example, many.third@acme.example");
    assert_eq!(many["phone"], "+447700900777", "the only one that is a whole number");
    assert!(text(&attributes(&many), "Halo phone numbers").contains("ext. 12"));
    for id in [AGENT_AS_USER, ANONYMISED_USER, SOCIAL_USER] {
        contact(id);
    }
    for id in [GENERAL_USER, SERVICE_USER] {
        assert!(!table("contacts").contains_key(&format!("halo:user:{id}")), "{id}");
    }
    assert_eq!(contact(SOCIAL_USER)["company_keys"], Value::Null);

    let asked_by = |id: i64| text(&row("conversations", &format!("halo:ticket:{id}")), "contact_key").to_owned();
    assert_eq!(asked_by(story::OF_GENERAL_USER), "halo:contact:walk.in@acme.example");
    assert_eq!(asked_by(story::OF_NOBODY), "halo:contact:stranger@nowhere.example");
    assert_eq!(asked_by(story::OF_MERGED_USER), "halo:contact:samuel@acme.example");
    assert_eq!(row("contacts", "halo:contact:samuel@acme.example")["name"], "Samuel Carter");
    assert!(table("contacts").values().all(|c| c["name"] != "General User"), "nobody is called General User");
}

#[test]
fn agents_and_teams_are_matched_and_those_who_left_are_named() {
    let admins = table("admins");
    assert_eq!(admins.len(), desk().agents.len() - 1, "all but nobody");
    for agent in desk().agents.iter().filter(|agent| agent.id != UNASSIGNED) {
        let admin = &admins[&format!("halo:agent:{}", agent.id)];
        assert_eq!(admin["name"], agent.name.trim(), "{admin}");
        assert_eq!(admin["email"].as_str().unwrap_or_default(), agent.email, "{admin}");
        assert_eq!(admin["active"], !agent.disabled, "{admin}");
    }
    assert_eq!(admins[&format!("halo:agent:{DISABLED_AGENT}")]["used"], true);
    let left = row("conversation_parts", &format!("halo:action:{}:2", story::OF_DISABLED_AGENT));
    assert_eq!(left["author_name"], "Dora Departed");
    let teams = table("teams");
    assert_eq!(teams.len(), desk().teams.len());
    for team in &desk().teams {
        assert_eq!(teams[&format!("halo:team:{}", team.id)]["name"], team.name);
        let entry: Value =
            serde_json::from_str(text(&row("inventory", &format!("halo:inventory:team:{}", team.id)), "details"))
                .unwrap();
        let active = desk().agents.iter().filter(|agent| agent.teams.contains(&team.id) && !agent.disabled);
        let told: Vec<&str> = entry["members"].as_str().map_or_else(Vec::new, |text| text.split(", ").collect());
        assert_eq!(told.len(), active.clone().count(), "{entry}");
        for agent in active {
            assert!(told.iter().any(|name| name.starts_with(agent.name.trim())), "{} is not in {entry}", agent.name);
        }
    }
}
