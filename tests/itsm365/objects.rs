//! Changes, problems, configuration items, and what is rebuilt by hand.

use serde_json::{Value, json};

use super::{Moved, attributes, keys, moved, tenants, text};
use crate::support::itsm365::desk::catalog::{CHANGE_TYPES, RISKS};
use crate::support::itsm365::desk::people::{IVANOV, KUZNETSOV};
use crate::support::itsm365::desk::set_up::{TASK, TASK_OF};

/// Objects of a type.
fn objects(moved: &Moved, object_type: &str) -> Vec<Value> {
    moved.table("custom_objects").into_values().filter(|row| row["object_type"] == object_type).collect()
}

#[test]
fn every_change_is_an_object_of_its_conversations() {
    for moved in tenants() {
        assert_eq!(objects(moved, "change_request").len(), moved.facts.changes.len());
        for change in moved.facts.changes.values() {
            let row = moved.row("custom_objects", &moved.key("changeRequest", change.id));
            let told = attributes(&row);
            let title = |id: Option<i64>| json!(id.map(|id| moved.facts.item(id).title));
            for (name, wanted) in [
                ("change_id", json!(format!("RFC{}", change.number))),
                ("title", json!(change.subject)),
                ("type", title(change.change_type)),
                ("risk", title(change.risk)),
                ("implementation_date", json!(change.implementation.map(|at| at.format("%Y-%m-%d").to_string()))),
                ("responsible", json!(change.responsible.map(|id| moved.facts.employee(id).title()))),
                ("archived", if change.removed.is_some() { json!(true) } else { Value::Null }),
            ] {
                assert_eq!(told[name], wanted, "{name} of {row}");
            }
            assert!(!text(&told, "status").is_empty());
            let mut wanted: Vec<String> =
                change.reasons.iter().chain(&change.results).map(|id| moved.key("serviceCall", *id)).collect();
            wanted.sort();
            assert_eq!(keys(&row, "conversation_keys"), wanted, "{row}");
        }
        assert_eq!((CHANGE_TYPES.len(), RISKS.len()), (3, 3));
    }
}

#[test]
fn every_problem_is_an_object_with_its_cause() {
    for moved in tenants() {
        assert_eq!(objects(moved, "problem_record").len(), moved.facts.problems.len());
        for problem in moved.facts.problems.values() {
            let row = moved.row("custom_objects", &moved.key("problem", problem.id));
            let told = attributes(&row);
            for (name, wanted) in [
                ("problem_id", json!(format!("PRB{}", problem.number))),
                ("title", json!(problem.subject)),
                ("root_cause", json!(problem.root_cause)),
                ("known_error", json!(problem.known_error)),
                ("workaround", json!(problem.workaround)),
                ("archived", if problem.removed.is_some() { json!(true) } else { Value::Null }),
            ] {
                assert_eq!(told[name], wanted, "{name} of {row}");
            }
            let mut wanted: Vec<String> = problem.tickets.iter().map(|id| moved.key("serviceCall", *id)).collect();
            wanted.sort();
            assert_eq!(keys(&row, "conversation_keys"), wanted, "{row}");
        }
    }
}

#[test]
fn comments_of_what_is_no_conversation_are_an_attribute_in_order_and_its_files_are_packed() {
    for moved in tenants() {
        let sources = [("changeRequest", 70_011), ("problem", 70_101), ("problem", 70_103)];
        for (class, id) in sources {
            let told = attributes(&moved.row("custom_objects", &moved.key(class, id)));
            let comments = text(&told, "comments");
            let said = moved.facts.comments_of((class, id));
            let places: Vec<usize> = said.iter().map(|said| comments.find(&said.text.marker).unwrap()).collect();
            assert_eq!(places.len(), 2);
            assert!(places.is_sorted(), "{comments}");
            let noted = moved.facts.employee(said[1].author.unwrap()).title();
            assert!(comments.contains(&format!("2025-04-01 00:01 UTC, {noted} (note): ")), "{comments}");
        }
        let folder = moved.migration.path().join("package");
        moved.migration.done(&["report", "files", "--package", folder.to_str().unwrap()]);
        let files = moved.facts.files.values().filter(|file| match file.source {
            ("comment", id) => sources.contains(&moved.facts.comments[&id].source),
            source => sources.contains(&source),
        });
        let mut count = 0;
        for file in files {
            let name = file.name.replace(": ", ".").replace('?', "");
            let path = folder.join("files").join(format!("file-{}-{name}", file.id));
            assert_eq!(std::fs::read(&path).unwrap(), file.bytes().unwrap(), "{}", path.display());
            count += 1;
        }
        assert_eq!(count, 9);
        let listed = std::fs::read_to_string(folder.join("10_files.csv")).unwrap();
        assert!(listed.contains(&moved.key("problem", 70_103)), "{listed}");
    }
}

#[test]
fn a_task_is_a_note_of_its_ticket_with_what_was_said_and_its_files() {
    for moved in tenants() {
        let key = format!("itsm365:task_note:{TASK}:{TASK_OF}");
        let note = moved.row("conversation_parts", &key);
        assert_eq!(
            (&note["part_type"], &note["conversation_key"]),
            (&json!("note"), &json!(moved.key("serviceCall", TASK_OF)))
        );
        let said = moved.facts.comments_of(("task", TASK));
        for part in said.iter().map(|said| said.text.marker.as_str()).chain(["TASK301", "59X", "Зарегистрирована"])
        {
            assert!(text(&note, "body").contains(part), "{part} is not in {note}");
        }
        let files: Vec<Value> =
            moved.table("attachments").into_values().filter(|file| file["part_key"] == key).collect();
        assert_eq!(files.len(), 3, "{files:?}");
        // One that no ticket has is not lost.
        assert_eq!(inventory(moved, "task").len(), 1);
    }
}

/// Rows of the inventory of a kind.
fn inventory(moved: &Moved, kind: &str) -> Vec<Value> {
    moved.table("inventory").into_values().filter(|row| row["kind"] == kind).collect()
}

#[test]
fn configuration_items_are_in_the_inventory_with_what_they_are_a_part_of() {
    for moved in tenants() {
        assert_eq!(inventory(moved, "configuration item").len(), moved.facts.cis.len());
        let class = moved.facts.tenant.class("cmdb");
        let details = |id: i64| {
            let row = moved.row("inventory", &format!("itsm365:inventory:{class}:{id}"));
            serde_json::from_str::<Value>(text(&row, "details")).unwrap()
        };
        assert_eq!(details(80_107)["path"], "Конфигурационная единица > Картридж 59X");
        assert_eq!(details(80_107)["owner"], "Бухгалтерия");
        assert_eq!(details(80_109)["archived"], true);
    }
    let row = moved().row("inventory", "itsm365:inventory:cmdb:80108");
    assert!(text(&row, "details").contains("Без владельца"), "{row}");
}

#[test]
fn rules_processes_and_approvals_say_what_starts_them_and_whom_they_ask() {
    for moved in tenants() {
        let one = |kind: &str, name: &str| {
            let found: Vec<Value> = inventory(moved, kind).into_iter().filter(|row| row["name"] == name).collect();
            assert_eq!(found.len(), 1, "{kind} {name}");
            serde_json::from_str::<Value>(text(&found[0], "details")).unwrap()
        };
        let route = one("routing rule", "Маршрутизация: почта → 2-я линия");
        assert_eq!((&route["trigger"], &route["team"]), (&json!("create"), &json!("Специалисты 2-ой линии")));
        assert_eq!(route["conditions"], "Услуга = Корпоративная почта");
        assert_eq!(one("escalation", "Эскалация: 80% времени на решение")["conditions"], "timeAllowanceTimer > 80%");
        let asked = one("approval process", "Согласование доступа");
        let names = [IVANOV, KUZNETSOV].map(|id| moved.facts.employee(id).title());
        assert_eq!(asked["approvers"], format!("1. {}, 2. {}", names[0], names[1]));
        assert_eq!(asked["order"], "sequential");
        assert_eq!(one("approval process", "Приём нового сотрудника")["active"], false);
        assert_eq!(one("notification", "Оповещение клиента о регистрации")["recipients"], "Контрагент");
        assert_eq!(inventory(moved, "action on an event").len(), 1);
        assert!(inventory(moved, "approval as it went").len() > 1);
        assert_eq!(inventory(moved, "not in this tenant").len(), 0);
        assert_eq!(inventory(moved, "SLA policy").len(), 3);
        assert_eq!(inventory(moved, "SLA target").len(), moved.facts.rules.len());
        for row in moved.table("inventory").values() {
            assert!(!text(row, "recommendation").is_empty() && !text(row, "name").is_empty(), "{row}");
        }
        // What is archived or switched off does nothing by itself.
        let mut off: Vec<String> =
            inventory(moved, "switch off in ITSM 365").iter().map(|row| text(row, "name").to_owned()).collect();
        off.sort();
        assert_eq!(off.len(), 6, "{off:?}");
    }
}
