//! `probe` and files that are dropped, through the real command.

use serde_json::Value;

use crate::halo::{NO_WORKSPACE, settings};
use crate::support::acme::{Acme, SECRET, TICKETS};
use crate::support::halo::{Halo, Switches};
use crate::support::{Migration, text};

#[test]
fn a_wrong_spec_is_corrected_beside_the_users_own_and_then_it_reads() {
    let acme = Acme::start();
    let migration = acme.migration();
    let spec = migration.path().join("sources/acme.toml");
    let right = std::fs::read_to_string(&spec).unwrap();
    let output = migration.run(&["probe"]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert!(text(&output.stderr).contains("nothing to correct"), "{}", text(&output.stderr));

    let wrong = right
        .replace("path = \"/people\"", "path = [\"/persons\", \"/people\"]   # one of them")
        .replace("rows = [\"tickets\"]", "rows = [\"items\"]")
        .replace("person_id = \"int\"", "personId = \"int\"");
    std::fs::write(&spec, &wrong).unwrap();
    let output = migration.run(&["probe", "--json"]);
    let said = text(&output.stderr);
    assert!(output.status.code() == Some(1) && said.contains("--out sources/acme.probed.toml"), "{said}");
    assert_eq!(std::fs::read_to_string(&spec).unwrap(), wrong);
    let told: Value = serde_json::from_str(&text(&output.stdout)).unwrap();
    let findings = told["findings"].as_array().unwrap();
    let corrected: Vec<&str> =
        findings.iter().filter(|f| f["corrected"] == true).map(|f| f["found"].as_str().unwrap()).collect();
    assert_eq!(
        corrected,
        ["`/people` answers; not `/persons`: 404", "25 rows are at `tickets`", "`personId`: rows have `person_id`"]
    );
    let all = text(&output.stdout) + &said;
    assert!(!all.contains(SECRET) && !all.contains("canary") && !all.contains("p7@example.com"), "{all}");

    let table = migration.done(&["probe", "--out", "sources/acme.toml"]);
    assert!(table.contains("corrected") && table.contains("replies say nothing of a rate"), "{table}");
    let written = std::fs::read_to_string(&spec).unwrap();
    assert!(
        written.contains("path = \"/people\"   # one of them\n") && written.contains("# probe: 25 rows"),
        "{written}"
    );
    migration.done(&["extract"]);
    assert_eq!(migration.count("SELECT count(*) FROM acme.tickets WHERE \"personId\" > 0"), TICKETS as i64);
    assert_eq!(migration.count("SELECT count(*) FROM acme.people"), 30);
}

#[test]
fn the_spec_of_halo_is_right_for_the_tenant() {
    let halo = Halo::start(Switches::default());
    let migration = Migration::new(&settings(&halo, NO_WORKSPACE));
    let told: Value = serde_json::from_str(&migration.done(&["probe", "--json"])).unwrap();
    let findings = told["findings"].as_array().unwrap();
    let corrected: Vec<&Value> = findings.iter().filter(|f| f["corrected"] == true).collect();
    assert!(corrected.is_empty(), "{corrected:#?}");
    let refused: Vec<&Value> = findings.iter().filter(|f| f["found"].as_str().unwrap().contains("refused:")).collect();
    assert!(refused.is_empty(), "{refused:#?}");
    assert!(findings.iter().any(|f| f["table"] == "tickets" && f["what"] == "since"), "{findings:#?}");
    assert!(!migration.path().join("sources").exists());
}

#[test]
fn files_in_the_folder_drop_take_the_place_of_calls() {
    let acme = Acme::start();
    let migration = acme.migration();
    std::fs::create_dir(migration.path().join("drop")).unwrap();
    std::fs::write(migration.path().join("drop/people.csv"), "id;name;email\n1;Zoë;zoe@example.com\n").unwrap();
    let output = migration.run(&["extract", "people"]);
    let said = text(&output.stderr);
    assert!(output.status.success() && said.contains("people: read from drop/people.csv (UTF-8)"), "{said}");
    assert_eq!(acme.calls(), 0);
    let rows = migration.rows("SELECT id, name, email FROM acme.people");
    assert_eq!(rows[0]["name"], "Zoë");
    let run = migration.done(&["runs", "--json"]);
    assert!(run.contains("acme"), "{run}");

    std::fs::write(migration.path().join("drop/people.csv"), "id;name;email\n1;Zoë\n").unwrap();
    let output = migration.run(&["extract", "people"]);
    let said = text(&output.stderr);
    assert!(output.status.code() == Some(1), "{said}");
    assert!(said.contains("`drop/people.csv line 2` cannot be read: 2 fields instead of 3"), "{said}");
    assert!(said.contains("hint: correct the file"), "{said}");
}

#[test]
fn of_infoset_only_what_its_spec_leaves_open_is_settled() {
    use crate::support::infoset::{Infoset, Switches};
    let infoset = Infoset::start(Switches::default());
    let migration = Migration::new(&crate::infoset::settings(&infoset, crate::infoset::NO_WORKSPACE));
    let told: Value = serde_json::from_str(&migration.done(&["probe", "--json"])).unwrap();
    let findings = told["findings"].as_array().unwrap();
    let corrected: Vec<String> = findings
        .iter()
        .filter(|f| f["corrected"] == true && f["what"] != "path")
        .map(|f| format!("{} {}: {}", f["table"], f["what"], f["found"]))
        .collect();
    assert!(corrected.is_empty(), "{corrected:#?}");
    assert!(findings.iter().any(|f| f["what"] == "path" && f["corrected"] == true), "{findings:#?}");
    assert!(migration.path().join("sources/infoset.toml").is_file());
    migration.done(&["probe"]);
}
