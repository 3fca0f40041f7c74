//! Contacts, companies, teammates and teams: who becomes what, and who becomes nobody.

use serde_json::{Value, json};

use super::{Moved, attributes, keys, moved, tenants, text};
use crate::support::itsm365::desk::people::{
    ABSOLUTE_ROLE, BAD_EMAIL, CONTACT_PERSON, CYCLE, LEFT_AGENT, LOCKED, NO_EMAIL, PAYROLL, QUOTED_COMPANY,
    RELATIVE_ROLE, REMOVED, ROLES, ROMASHKA, TWINS,
};
use crate::support::itsm365::desk::story;

/// The contact that an employee is: two of one address are the first of them; a role is none.
pub(super) fn contact_of(moved: &Moved, id: i64) -> Option<String> {
    let is_role = moved.facts.employee(id).is_role();
    (!is_role).then(|| moved.key("employee", moved.facts.same_person(id)))
}

#[test]
fn every_employee_is_a_contact_and_roles_are_not() {
    for moved in tenants() {
        let rows = moved.table("contacts");
        let people = moved.facts.contacts();
        let found = rows.keys().filter(|key| key.starts_with("itsm365:employee:")).count();
        assert_eq!(found, people.len());
        for id in people {
            let employee = moved.facts.employee(id);
            let row = &rows[&moved.key("employee", id)];
            assert_eq!(row["email"].as_str(), moved.facts.address_of(employee).as_deref(), "{row}");
            assert_eq!(row["name"], employee.title(), "{row}");
            assert_eq!(row["role"], "user");
            let told = attributes(row);
            let text = |text: &str| if text.is_empty() { Value::Null } else { json!(text) };
            for (name, wanted) in [
                ("itsm_department", json!(moved.facts.department_of(employee))),
                ("itsm_position", text(&employee.post)),
                ("itsm_employee_number", text(&employee.number)),
                ("itsm_login", text(&employee.login)),
                ("itsm_telegram", text(&employee.telegram)),
                ("itsm_supervisor", json!(employee.supervisor.map(|id| moved.facts.employee(id).title()))),
                ("itsm_person_without_email", if row["email"].is_null() { json!(true) } else { Value::Null }),
                ("itsm_locked", if employee.locked { json!(true) } else { Value::Null }),
                ("itsm_archived", if employee.removed.is_some() { json!(true) } else { Value::Null }),
            ] {
                assert_eq!(told[name], wanted, "{name} of {row}");
            }
            let companies = keys(row, "company_keys");
            let company = moved.facts.company_of(employee).map(|id| moved.key("ou", id));
            assert!(companies.first() == company.as_ref(), "{company:?} of {row}");
        }
        for role in [ABSOLUTE_ROLE, RELATIVE_ROLE] {
            assert!(!rows.contains_key(&moved.key("employee", role)), "{role}");
        }
    }
}

#[test]
fn people_who_are_traps_are_told() {
    let row = |id: i64| moved().row("contacts", &moved().key("employee", id));
    assert_eq!(attributes(&row(TWINS[0]))["itsm_employee_ids"], format!("{} {}", TWINS[0], TWINS[1]));
    let merged =
        moved().listed(&format!("SELECT rule FROM intercom.dispositions WHERE source_id = 'employee${}'", TWINS[1]));
    assert!(merged[0].starts_with(&format!("merged into employee {}", TWINS[0])), "{merged:?}");
    assert_eq!((&row(NO_EMAIL)["email"], &row(BAD_EMAIL)["email"]), (&Value::Null, &Value::Null));
    assert_eq!(attributes(&row(BAD_EMAIL))["itsm_email_as_entered"], "нет почты");
    assert_eq!(attributes(&row(LOCKED))["itsm_locked"], true);
    assert_eq!(attributes(&row(REMOVED))["itsm_archived"], true);
    assert_eq!(attributes(&row(CONTACT_PERSON))["itsm_person_type"], "Контактное лицо");
    assert!(text(&row(CONTACT_PERSON), "custom_attributes").contains("8 (495) 123-45-67"));
    let rules = moved().listed(
        "SELECT rule FROM intercom.dispositions WHERE source_table = 'employees' AND target_key IS NULL ORDER BY source_id",
    );
    assert_eq!(rules, ["a role, no person", "a role, no person"]);
}

#[test]
fn who_is_only_text_is_a_contact_too() {
    for moved in tenants() {
        let asker = |id: i64| {
            moved.row("conversations", &moved.key("serviceCall", id))["contact_key"].as_str().unwrap().to_owned()
        };
        assert_eq!(asker(story::BY_STRANGER), "itsm365:contact:zahar@mail.example");
        assert_eq!(asker(story::BY_STRANGER_AGAIN), asker(story::BY_STRANGER));
        assert_eq!(
            asker(story::BY_KNOWN_ADDRESS),
            moved.key("employee", crate::support::itsm365::desk::people::IVANOV)
        );
        let contact = |id: i64| moved.row("contacts", &asker(id));
        assert_eq!(contact(story::BY_STRANGER)["email"], "zahar@mail.example");
        assert_eq!(contact(story::BY_NAME)["name"], "Прохожий");
        assert_eq!(contact(story::BY_PHONE)["name"], "8 (812) 700-11-22");
        assert_eq!(contact(story::BY_NOBODY)["name"], "Unknown contact");
        assert_eq!(contact(story::BY_COMPANY)["name"], "ООО Ромашка (nobody named)");
        assert_eq!(keys(&contact(story::BY_COMPANY), "company_keys"), [moved.key("ou", ROMASHKA)]);
        let apart = [story::BY_NAME, story::BY_PHONE, story::BY_NOBODY, story::BY_COMPANY].map(asker);
        assert_eq!(apart.iter().collect::<std::collections::BTreeSet<_>>().len(), 4, "{apart:?}");
    }
}

#[test]
fn companies_have_their_place_in_the_tree() {
    for moved in tenants() {
        let rows = moved.table("companies");
        let companies = moved.facts.ous.values().filter(|ou| ou.fqn == "ou$company");
        assert_eq!(rows.len(), companies.clone().count());
        for ou in companies {
            let row = &rows[&moved.key("ou", ou.id)];
            assert_eq!(
                (text(row, "name"), text(row, "company_id")),
                (ou.title.as_str(), moved.key("ou", ou.id).as_str())
            );
            let told = attributes(row);
            assert_eq!(told["itsm_address"], ou.address.as_str());
            assert_eq!(told["itsm_company_archived"], if ou.removed.is_some() { json!(true) } else { Value::Null });
        }
        let told = attributes(&rows[&moved.key("ou", QUOTED_COMPANY)]);
        assert_eq!(told["itsm_parent"], "ООО Ромашка");
        assert_eq!(told["itsm_path"], "ООО Ромашка > ООО «Рога & Копыта», \"филиал\"");
        let told = attributes(&rows[&moved.key("ou", ROMASHKA)]);
        assert_eq!(told["itsm_departments"], "Бухгалтерия, Расчётная группа");
        assert_eq!(told["itsm_head"], "Иванов Иван Иванович");
        let rule = |id: i64| {
            let query = format!(
                "SELECT coalesce(rule, '') AS rule FROM intercom.dispositions WHERE source_table = 'ous' AND source_id = 'ou${id}'"
            );
            moved.listed(&query).remove(0)
        };
        assert_eq!(rule(PAYROLL), "a department: an attribute of its company and its people");
        assert_eq!(rule(ROLES), "a folder of roles, no part of the organisation");
        assert_eq!(rule(CYCLE[0]), "no company is above it: its name is an attribute of its people");
    }
}

#[test]
fn agents_and_teams_are_matched_by_what_they_are_called() {
    for moved in tenants() {
        let admins = moved.table("admins");
        let agents: Vec<_> = moved.facts.employees.values().filter(|employee| employee.is_agent()).collect();
        assert_eq!(admins.len(), agents.len());
        for agent in agents {
            let row = &admins[&moved.key("employee", agent.id)];
            assert_eq!((text(row, "name"), text(row, "email")), (agent.title().as_str(), agent.email.as_str()));
            assert_eq!(row["active"], agent.id != LEFT_AGENT);
        }
        let teams = moved.table("teams");
        assert_eq!(teams.len(), moved.facts.teams.len());
        for team in moved.facts.teams.values() {
            assert_eq!(teams[&moved.key("team", team.id)]["name"], team.title);
        }
    }
}
