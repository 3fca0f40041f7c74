//! A tenant that calls everything otherwise: read by a corrected spec, understood by mappings. No model and no Rust is another.

use std::sync::OnceLock;

use super::{Moved, NO_WORKSPACE, settings};
use crate::support::itsm365::{Itsm365, Switches};
use crate::support::{Migration, repository};

/// What the tenant calls otherwise: places of the spec, as they are and as they have to be.
const CORRECTED: [(&str, &str); 17] = [
    (
        "\ndescription = \"text\"\ndescription_html = { type = \"text\", at = \"descriptionRTF\" }\nresolution",
        "\ndescription = { type = \"text\", at = \"opisanie\" }\ndescription_html = { type = \"text\", at = \"descriptionInRTF\" }\nresolution",
    ),
    ("\"resultDescr\"", "\"opisanieResheniya\""),
    ("\"wayAddressing.UUID\"", "\"sposobObrashcheniya.UUID\""),
    ("\"wayAddressing.code\"", "\"sposobObrashcheniya.code\""),
    ("\"wayAddressing.title\"", "\"sposobObrashcheniya.title\""),
    ("categories = \"json\"", "categories = { type = \"json\", at = \"kategorii\" }"),
    ("\"baseCategory\"", "\"osnovnayaKategoriya\""),
    ("[\"codeOfClosing.title\", \"codeOfClosing\"]", "[\"kodZakrytiya.title\", \"kodZakrytiya\"]"),
    ("\"rootCause\"", "\"kornevayaPrichina\""),
    ("\"knownError\"", "\"izvestnayaOshibka\""),
    ("[\"changeType.title\", \"changeType\"]", "[\"tipIzmeneniya.title\", \"tipIzmeneniya\"]"),
    ("[\"risk.title\", \"risk\"]", "[\"urovenRiska.title\", \"urovenRiska\"]"),
    ("\"implementationDate\"", "\"dataVnedreniya\""),
    ("\"privateCode\"", "\"tabelnyjNomer\""),
    ("post = \"text\"", "post = { type = \"text\", at = \"dolzhnost\" }"),
    ("/find/cmdb", "/find/objectBase"),
    (
        "priority, urgency, impact, wayAdressing, category, codeOfClosing",
        "prioritet, srochnost, vliyanie, kanalSvyazi, kategoriya, kodZakrytiya",
    ),
];

/// The other tenant.
pub(super) fn varied() -> &'static Moved {
    static VARIED: OnceLock<Moved> = OnceLock::new();
    VARIED.get_or_init(|| {
        let itsm365 = Itsm365::start(Switches::variant());
        let more = "ticket_attributes = \"NomerDogovoraSD,Pomeshchenie,NuzhenVyezd,PlanDataVyezda,Stoimost\"\nci_attributes = \"Primechanie\"\n";
        let migration = Migration::new(&settings(&itsm365, &format!("{more}{NO_WORKSPACE}")));
        let spec = std::fs::read_to_string(repository("extract/sources/itsm365.toml")).unwrap();
        let spec = CORRECTED.iter().fold(spec, |spec, (from, to)| {
            assert!(spec.contains(from), "{from} is not in the spec");
            spec.replace(from, to)
        });
        std::fs::create_dir(migration.path().join("sources")).unwrap();
        std::fs::write(migration.path().join("sources/itsm365.toml"), spec).unwrap();
        let mapping = migration.path().join("mapping");
        std::fs::create_dir(&mapping).unwrap();
        for file in ["states.csv", "types.csv"] {
            std::fs::copy(repository("tests/fixtures/itsm365-variant/mapping").join(file), mapping.join(file)).unwrap();
        }
        Moved::of(itsm365, migration)
    })
}

#[test]
fn corrections_leave_nothing_unknown() {
    let varied = varied();
    let unknown = varied.listed(
        "SELECT DISTINCT table_name FROM itsm365._defects WHERE reason LIKE 'the source does not know%' ORDER BY 1",
    );
    // What no tenant of the stand-in has.
    assert_eq!(unknown, ["changes", "problems"]);
    let warnings = varied.listed("SELECT DISTINCT reason FROM intercom.warnings");
    assert_eq!(warnings, ["its body is empty"]);
    let names = varied.listed(
        "SELECT name FROM intercom.attributes WHERE source_key LIKE 'itsm365:custom_attribute:ticket:%' ORDER BY name",
    );
    assert_eq!(
        names,
        ["itsm_NomerDogovoraSD", "itsm_NuzhenVyezd", "itsm_PlanDataVyezda", "itsm_Pomeshchenie", "itsm_Stoimost"]
    );
}
