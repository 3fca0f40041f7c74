//! What a spec may say, what it may not, and that the page of the vocabulary has all of it.

use super::*;

fn message(text: &str) -> String {
    let error = Spec::parse("sources/x.toml", text).unwrap_err();
    format!("{error}: {}", std::error::Error::source(&error).unwrap())
}

#[test]
fn built_in_spec_expands_its_columns_in_order() {
    let spec = Spec::parse("hesk.toml", Spec::built_in("hesk").unwrap()).unwrap();
    let tickets = spec.table("tickets").unwrap();
    assert_eq!(tickets.columns[0].name, "id");
    assert_eq!(tickets.columns.iter().filter(|c| c.name.starts_with("custom")).count(), 100);
    assert_eq!(tickets.columns.last().unwrap().name, "custom100");
    assert!(Spec::built_in_names().contains(&"hesk"));
}

#[test]
fn key_is_one_column_or_several() {
    let text = "name = \"x\"\ntitle = \"X\"\nreaders = []\n[[table]]\nname = \"t\"\nkey = [\"a\", \"b\"]\n[table.columns]\na = \"int\"\nb = \"int\"\n";
    assert_eq!(Spec::parse("x", text).unwrap().tables[0].key.columns(), ["a", "b"]);
    assert_eq!(Spec::parse("x", &text.replace("[\"a\", \"b\"]", "\"a\"")).unwrap().tables[0].key.columns(), ["a"]);
}

#[test]
fn no_secret_column_is_declared() {
    for name in Spec::built_in_names() {
        let spec = Spec::parse(name, Spec::built_in(name).unwrap()).unwrap();
        for (table, column) in spec.tables.iter().flat_map(|t| t.columns.iter().map(move |c| (t, c))) {
            let column = column.name.to_lowercase();
            let secret = ["pass", "mfa", "token", "secret", "hash"].iter().any(|s| column.contains(s));
            assert!(!secret, "{name}: {}.{column}", table.name);
        }
    }
}

#[test]
fn wrong_spec_names_file_line_and_allowed_values() {
    let head = "name = \"x\"\ntitle = \"X\"\nreaders = [\"mysql\"]\n[[table]]\nname = \"t\"\nkey = \"id\"\n";
    let text = message(&format!("{head}[table.columns]\nid = \"number\"\n"));
    for part in ["sources/x.toml", "line 8", "number", "`int`", "`duration`"] {
        assert!(text.contains(part), "{part} in {text}");
    }
    let text = message(&format!("{head}kee = 1\n[table.columns]\nid = \"int\"\n"));
    assert!(text.contains("kee") && text.contains("updated_at") && text.contains("line 7"), "{text}");
    assert!(message(&format!("{head}[table.columns]\nno = \"int\"\n")).contains("`id`"));
    assert!(message(&format!("{head}[table.columns]\nid = \"int\"\n\"c{{3..1}}\" = \"int\"\n")).contains("c{3..1}"));
}

const REST: &str =
    "name = \"x\"\ntitle = \"X\"\nreaders = [\"rest\"]\n[settings.s]\nhelp = \"h\"\n[rest]\nurl = \"{url}\"\n";
const TABLE: &str = "[[table]]\nname = \"t\"\nkey = \"id\"\npath = \"/t\"\n[table.columns]\nid = \"int\"\n";

#[test]
fn the_vocabulary_is_a_spec_itself() {
    let spec = Spec::parse("vocabulary.toml", Spec::vocabulary()).unwrap();
    let tickets = spec.table("tickets").unwrap();
    assert_eq!(tickets.passes.len(), 2);
    assert_eq!(tickets.column("priority").unwrap().at, ["priority.name"]);
    assert!(spec.setting("client_secret").unwrap().is_secret() && !spec.setting("tenant").unwrap().is_secret());
    assert!(matches!(spec.rest.unwrap().login, Login::ClientCredentials { .. }));
}

/// What serde says is allowed where `zzz` stands.
fn allowed(text: &str) -> Vec<String> {
    let text = message(text);
    let expected = text.split("expected").nth(1).unwrap_or_else(|| panic!("{text}"));
    let names: Vec<String> = expected.split('`').skip(1).step_by(2).map(ToOwned::to_owned).collect();
    assert!(!names.is_empty(), "{text}");
    names
}

#[test]
fn the_page_of_the_vocabulary_has_every_key_and_every_kind() {
    let rest = |more: &str| format!("{REST}{more}");
    let table = |more: &str| format!("{REST}{}", TABLE.replace("path =", &format!("{more}\npath =")));
    let login = |kind: &str| rest(&format!("[rest.login]\nkind = \"{kind}\"\nzzz = 1\n{TABLE}"));
    let paging = |kind: &str| rest(&format!("[rest.paging]\nkind = \"{kind}\"\nzzz = 1\n{TABLE}"));
    let mut places = vec![
        format!("zzz = 1\n{REST}{TABLE}"),
        rest(&format!("zzz = 1\n{TABLE}")),
        REST.replace("help", "zzz") + TABLE,
        REST.replace("help = \"h\"", "help = \"h\"\ntakes = \"zzz\"") + TABLE,
        rest(&format!("rate = {{ zzz = 1 }}\n{TABLE}")),
        table("zzz = 1"),
        table("access = \"zzz\""),
        table("detail = { zzz = 1 }"),
        table("download = { zzz = 1 }"),
        table("hidden = { zzz = 1 }"),
        table("retention = { zzz = 1 }"),
        rest(&format!("images = [{{ zzz = 1 }}]\n{TABLE}")),
        table("parent = { zzz = 1 }"),
        table("named_by = [{ zzz = 1 }]"),
        rest(&TABLE.replace("\"int\"", "\"zzz\"")),
        rest(&TABLE.replace("\"int\"", "{ zzz = 1 }")),
        REST.replace("\"rest\"]", "\"zzz\"]") + TABLE,
    ];
    let logins = allowed(&login("zzz"));
    let pagings = allowed(&paging("zzz"));
    assert_eq!((logins.len(), pagings.len()), (7, 7));
    places.extend(logins.iter().filter(|kind| *kind != "none").map(|kind| login(kind)));
    places.extend(pagings.iter().filter(|kind| *kind != "none").map(|kind| paging(kind)));
    let page = Spec::vocabulary();
    let has = |name: &str| page.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').any(|word| word == name);
    for name in places.iter().flat_map(|text| allowed(text)).chain(logins).chain(pagings) {
        assert!(has(&name), "`{name}` is not on the page");
    }
}

#[test]
fn a_setting_takes_what_the_spec_says() {
    let spec = |more: &str| Spec::parse("x.toml", &(REST.replace("[rest]", &format!("{more}\n[rest]")) + TABLE));
    let words = spec("takes = [\"keep\", \"skip\"]").unwrap();
    let count = spec("takes = \"count\"\ndefault = \"0\"").unwrap();
    for (spec, value, wanted) in [
        (&words, "skip", Ok(())),
        (&words, "${S}", Ok(())),
        (&words, "Skip", Err("one of `keep`, `skip`".to_owned())),
        (&count, "12", Ok(())),
        (&count, "ten", Err("a whole number".to_owned())),
    ] {
        assert_eq!(spec.setting("s").unwrap().fits(value), wanted, "{value}");
    }
    let text = REST.replace("[rest]", "takes = [\"keep\"]\ndefault = \"kept\"\n[rest]") + TABLE;
    assert!(message(&text).contains("setting `s` takes one of `keep`, which its default is not"), "{}", message(&text));
}

#[test]
fn what_does_not_fit_together_is_told_with_table_and_line() {
    let table = |more: &str| format!("{REST}{}", TABLE.replace("path = \"/t\"", more));
    let child = "[[table]]\nname = \"c\"\nkey = \"id\"\nparent = { table = \"t\", column = \"id\", key = \"id\" }\nMORE\n[table.columns]\nid = \"int\"\n";
    let child = |more: &str| format!("{REST}{TABLE}{}", child.replace("MORE", more));
    for (text, wanted) in [
        (table("path = \"/{nothing}\""), "line 9: table `t` has `/{nothing}`, but `nothing` is not a setting"),
        (table("path = \"/t\"\ndetail = { path = \"/t/{no}\" }"), "`no` is not a column of the table or a setting"),
        (table("path = \"/{parent.id}\""), "but no parent"),
        (table(""), "has neither `path` nor `inside`"),
        (table("inside = \"x\""), "is `inside` no parent"),
        (table("path = \"/t\"\nsince = \"s\""), "has `since`, which needs `updated_at`"),
        (table("path = \"/t\"\npaging = { kind = \"page\", number = \"p\", size = \"s\" }"), "without `size_max`"),
        (table("path = \"/t\"\npass_column = \"id\""), "but no `passes`"),
        (table("path = \"/{id\""), "without a `}`"),
        (table("path = \"/t\"\nimages_in = [\"html\"]"), "names column `html` but does not declare it"),
        (child("path = \"/c\"\nparent_if = \"none\""), "line 15: table `c` has `parent_if = \"none\"`"),
        (child("path = \"/c/{parent.none}\""), "but `t` has no column `none`"),
        (child("path = \"/c\"\ninside = \"x\""), "has both `path` and `inside`"),
        (
            child("path = \"/c\"").replacen(
                "path = \"/t\"",
                "path = \"/t\"\nparent = { table = \"c\", column = \"id\", key = \"id\" }",
                1,
            ),
            "waits for itself by `parent`",
        ),
        (REST.replace("[rest]", "[rest]\nhosts = [\"*\"]") + TABLE, "hosts has `*`"),
        (table("path = \"/t\"\nretention = { days = 90, column = \"id\" }"), "a column of type timestamp"),
        (REST.replace("[rest]", "[rest]\ndates = [\"%Q\"]") + TABLE, "dates has `%Q`"),
        (REST.replace("[rest]", "[rest]\nrefused_paths = [\"/\"]") + TABLE, "an empty piece"),
        (
            REST.replace("[rest]", "[rest]\nrefused_paths = [\"/t\"]") + TABLE,
            "table `t` has the path `/t`, and `/t` is one of",
        ),
        (
            REST.replace("[rest]", "[rest]\nimages = [{ link = \"a{id}\", path = \"/{no}\" }]") + TABLE,
            "with the same placeholder",
        ),
        (REST.replace("[settings.s]", "[settings.kind]") + TABLE, "[settings.kind] is a key that every source has"),
        (format!("{REST}[rest.login]\nkind = \"bearer\"\ntoken = \"{{no}}\"\n{TABLE}"), "`no` is not a setting"),
        (REST.replace("[rest]\nurl = \"{url}\"\n", "") + &TABLE.replace("path = \"/t\"\n", ""), "there is no [rest]"),
        (
            TABLE.replacen("[[table]]", "name = \"x\"\ntitle = \"X\"\nreaders = []\n[[table]]", 1),
            "has `path`, but the spec has no [rest]",
        ),
        (REST.to_owned() + &TABLE.replace("\"t\"", "\"files\""), "has the name of a table that every source has"),
    ] {
        let told = message(&text);
        assert!(told.contains(wanted), "{wanted} not in {told}");
    }
}
