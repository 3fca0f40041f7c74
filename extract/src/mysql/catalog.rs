//! What the database has: tables of the prefix, their columns and keys, all by name.

use std::collections::{BTreeMap, BTreeSet};

use super::connection::Connection;
use crate::columns::{SourceColumn, Zoned};
use crate::spec::{Spec, Table};
use crate::{Error, Result};

const COLUMNS: &str = "SELECT table_name, column_name, data_type, column_type, is_nullable, character_set_name FROM information_schema.columns \
                       WHERE table_schema = DATABASE() ORDER BY table_name, ordinal_position";
/// Columns of unique indexes, over whole values only.
const UNIQUE: &str = "SELECT table_name, index_name, column_name FROM information_schema.statistics WHERE table_schema = DATABASE() \
                      AND non_unique = 0 AND sub_part IS NULL ORDER BY table_name, index_name, seq_in_index";
/// Storage engines.
const ENGINES: &str = "SELECT table_name, engine FROM information_schema.tables WHERE table_schema = DATABASE()";
/// Engines that keep rows apart from keys: following a key there costs two reads of the file per row.
const HEAPS: [&str; 2] = ["MyISAM", "Aria"];
/// Character sets whose bytes are UTF-8 as they are stored; none for numbers, times and bytes.
const UTF8: [&str; 5] = ["", "ascii", "utf8", "utf8mb3", "utf8mb4"];
const INTEGERS: [&str; 5] = ["tinyint", "smallint", "mediumint", "int", "bigint"];
/// Prefixes that a message shows at most.
const PREFIXES_SHOWN: usize = 5;

/// The tables of one help desk.
pub(super) struct Catalog {
    pub(super) tables: Vec<Source>,
}

/// One table in the database.
#[derive(Debug, Clone)]
pub(super) struct Source {
    /// Name in the spec where it is declared, else its name without the prefix.
    pub(super) name: String,
    /// Name in the database.
    pub(super) table: String,
    /// All columns and their types.
    pub(super) columns: Vec<(String, String)>,
    /// The declared columns that are there: the only ones that are ever selected. Empty where the table is not declared.
    pub(super) selected: Vec<SourceColumn>,
    /// Positions in `selected` of the columns that pages can follow: whole numbers, never NULL, unique together. Empty where
    /// there are none.
    pub(super) key: Vec<usize>,
    /// Whether the table is read faster in the order of the file than by its key.
    pub(super) heap: bool,
    /// Whether all text in it is stored as UTF-8.
    pub(super) utf8: bool,
}

/// One column as information_schema has it.
#[derive(Debug, Clone, Default)]
struct Described {
    name: String,
    data_type: String,
    column_type: String,
    nullable: bool,
    /// Empty for what is no text.
    charset: String,
}

impl Catalog {
    /// Asks the database.
    ///
    /// # Errors
    /// `Setting` where the prefix is another one, `NotThisSource` where required tables are missing, `Database`.
    pub(super) async fn read(connection: &mut Connection, prefix: &str, spec: &Spec) -> Result<Self> {
        let mut tables: BTreeMap<String, Vec<Described>> = BTreeMap::new();
        for row in connection.rows("list the tables", COLUMNS).await? {
            let [table, name, data_type, column_type, nullable, charset] = row.try_into().unwrap_or_default();
            let column = Described {
                name,
                data_type: data_type.to_lowercase(),
                column_type,
                nullable: nullable != "NO",
                charset,
            };
            tables.entry(table).or_default().push(column);
        }
        let mut unique: BTreeMap<String, BTreeMap<String, BTreeSet<String>>> = BTreeMap::new();
        for row in connection.rows("list the keys", UNIQUE).await? {
            let [table, index, column] = row.try_into().unwrap_or_default();
            unique.entry(table).or_default().entry(index).or_default().insert(column.to_lowercase());
        }
        let engines: BTreeMap<String, String> = connection
            .rows("list the engines", ENGINES)
            .await?
            .into_iter()
            .filter_map(|row| row.try_into().ok().map(|[table, engine]: [String; 2]| (table, engine)))
            .collect();
        let is_heap = |table: &str| engines.get(table).is_some_and(|e| HEAPS.iter().any(|h| h.eq_ignore_ascii_case(e)));
        let names: Vec<&str> = tables.keys().map(String::as_str).collect();
        check_prefix(&names, prefix, spec, &connection.target().database)?;
        let mut found: Vec<Source> = Vec::new();
        for (table, columns) in &tables {
            let Some(bare) = strip_prefix(table, prefix) else { continue };
            let keys: Vec<&BTreeSet<String>> = unique.get(table).into_iter().flat_map(BTreeMap::values).collect();
            // Names that differ only in case are two tables on some systems; the one written as the spec has it wins.
            let declared = spec.table(bare).or_else(|| {
                let taken = |name: &str| tables.contains_key(&format!("{prefix}{name}"));
                spec.tables.iter().find(|t| t.name.eq_ignore_ascii_case(bare) && !taken(&t.name))
            });
            found.push(Source { heap: is_heap(table), ..source(table, bare, columns, &keys, declared) });
        }
        let place = |source: &Source| spec.tables.iter().position(|t| t.name == source.name).unwrap_or(usize::MAX);
        found.sort_by_key(place);
        Ok(Self { tables: found })
    }
}

fn source(
    table: &str,
    bare: &str,
    columns: &[Described],
    keys: &[&BTreeSet<String>],
    declared: Option<&Table>,
) -> Source {
    let chosen: Vec<&Described> =
        columns.iter().filter(|c| declared.is_some_and(|t| t.column(&c.name).is_some())).collect();
    Source {
        name: declared.map_or(bare, |t| t.name.as_str()).to_owned(),
        table: table.to_owned(),
        columns: columns.iter().map(|c| (c.name.clone(), c.column_type.clone())).collect(),
        selected: chosen.iter().map(|c| SourceColumn::new(&c.name, zoned(&c.data_type))).collect(),
        key: declared.map(|t| key(t, &chosen, keys)).unwrap_or_default(),
        heap: false,
        utf8: chosen.iter().all(|c| UTF8.contains(&c.charset.as_str())),
    }
}

fn zoned(data_type: &str) -> Zoned {
    match data_type {
        "timestamp" => Zoned::Instant,
        "datetime" | "date" => Zoned::Naive,
        _ => Zoned::NotTime,
    }
}

fn key(declared: &Table, chosen: &[&Described], unique: &[&BTreeSet<String>]) -> Vec<usize> {
    let place = |name: &String| {
        chosen
            .iter()
            .position(|c| c.name.eq_ignore_ascii_case(name) && !c.nullable && INTEGERS.contains(&c.data_type.as_str()))
    };
    let Some(key) = declared.key.columns().iter().map(place).collect::<Option<Vec<usize>>>() else { return Vec::new() };
    let names: BTreeSet<String> = key.iter().map(|at| chosen[*at].name.to_lowercase()).collect();
    if unique.iter().any(|columns| **columns == names) { key } else { Vec::new() }
}

/// Names without the prefix; case matters only as much as it does to the server.
fn strip_prefix<'a>(table: &'a str, prefix: &str) -> Option<&'a str> {
    let head = table.get(..prefix.len())?;
    head.eq_ignore_ascii_case(prefix).then(|| &table[prefix.len()..])
}

/// Whether the required tables are there under the prefix.
fn check_prefix(tables: &[&str], prefix: &str, spec: &Spec, database: &str) -> Result<()> {
    let has = |prefix: &str, name: &str| {
        tables.iter().any(|t| strip_prefix(t, prefix).is_some_and(|bare| bare.eq_ignore_ascii_case(name)))
    };
    let required: Vec<&str> = spec.tables.iter().filter(|t| t.required).map(|t| t.name.as_str()).collect();
    let missing: Vec<String> =
        required.iter().filter(|name| !has(prefix, name)).map(|name| format!("`{prefix}{name}`")).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let first = required.first().copied().unwrap_or_default();
    let ends =
        |table: &&str| table.to_lowercase().strip_suffix(first).map(|_| table[..table.len() - first.len()].to_owned());
    let others: BTreeSet<String> =
        tables.iter().filter_map(ends).filter(|other| required.iter().all(|name| has(other, name))).collect();
    if !others.is_empty() {
        let shown: Vec<String> =
            others.iter().take(PREFIXES_SHOWN).map(|other| format!("table_prefix = \"{other}\"")).collect();
        return Err(Error::Setting {
            key: "[source] table_prefix",
            reason: format!("database `{database}` has no {}", missing.join(", ")),
            hint: format!(
                "the database has {} tables with another prefix: set {} in deskferry.toml",
                spec.title,
                shown.join(" or ")
            ),
        });
    }
    let hint = if tables.is_empty() {
        format!("the account sees no table at all: check the database's name, and GRANT SELECT ON `{database}`.*")
    } else {
        format!(
            "check the database's name and the prefix; the account must be allowed to read (GRANT SELECT ON `{database}`.*)"
        )
    };
    Err(Error::NotThisSource {
        source_name: database.to_owned(),
        title: spec.title.clone(),
        reason: format!("it has {} tables and none of the name {}", tables.len(), missing.join(", ")),
        hint,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spec() -> Spec {
        Spec::parse("hesk.toml", Spec::built_in("hesk").unwrap()).unwrap()
    }

    fn described(name: &str, data_type: &str) -> Described {
        Described {
            name: name.into(),
            data_type: data_type.into(),
            column_type: data_type.into(),
            ..Described::default()
        }
    }

    #[test]
    fn wrong_prefix_names_the_prefixes_seen() {
        let tables: Vec<String> = ["tickets", "replies", "users", "categories"]
            .iter()
            .map(|t| format!("help_{t}"))
            .chain(["old_tickets".into()])
            .collect();
        let tables: Vec<&str> = tables.iter().map(String::as_str).collect();
        assert!(check_prefix(&tables, "help_", &spec(), "db").is_ok());
        assert!(check_prefix(&tables, "HELP_", &spec(), "db").is_ok());
        let error = check_prefix(&tables, "hesk_", &spec(), "db").unwrap_err();
        assert!(error.to_string().contains("`hesk_tickets`"), "{error}");
        let hint = error.hint().unwrap();
        assert!(hint.contains("table_prefix = \"help_\"") && !hint.contains("old_"), "{hint}");
    }

    #[test]
    fn database_of_something_else_says_what_is_missing() {
        let error = check_prefix(&["wp_posts", "wp_users"], "hesk_", &spec(), "blog").unwrap_err();
        assert_eq!(error.kind(), deskferry_staging::Kind::Invalid);
        assert!(error.to_string().contains("`blog` is not a Hesk help desk"), "{error}");
        assert!(error.to_string().contains("`hesk_tickets`"), "{error}");
        assert!(check_prefix(&[], "hesk_", &spec(), "blog").unwrap_err().hint().unwrap().contains("no table at all"));
    }

    #[test]
    fn only_declared_columns_are_selected() {
        let columns = [described("id", "smallint"), described("USER", "varchar"), described("pass", "varchar")];
        let unique = BTreeSet::from(["id".to_owned()]);
        let spec = spec();
        let users = source("hesk_users", "users", &columns, &[&unique], spec.table("users"));
        let names: Vec<&str> = users.selected.iter().map(|c| c.name.as_str()).collect();
        assert_eq!((names, users.key), (vec!["id", "USER"], vec![0]));
        assert!(source("hesk_oauth_tokens", "oauth_tokens", &columns, &[&unique], None).selected.is_empty());
    }

    #[test]
    fn key_must_be_unique_whole_numbers_without_null() {
        let text = "name = \"x\"\ntitle = \"X\"\nreaders = [\"mysql\"]\n[[table]]\nname = \"members\"\nkey = [\"group_id\", \"user_id\"]
                    columns = { group_id = \"int\", user_id = \"int\" }\n";
        let spec = Spec::parse("x.toml", text).unwrap();
        let members = spec.table("members").unwrap();
        let both = BTreeSet::from(["group_id".to_owned(), "user_id".to_owned()]);
        let one = BTreeSet::from(["group_id".to_owned()]);
        let (group, user) = (described("group_id", "int"), described("user_id", "int"));
        let nullable = Described { nullable: true, ..user.clone() };
        let text = described("user_id", "varchar");
        assert_eq!(key(members, &[&user, &group], &[&one, &both]), [1, 0]);
        assert!(key(members, &[&group, &user], &[&one]).is_empty());
        assert!(key(members, &[&group, &nullable], &[&both]).is_empty());
        assert!(key(members, &[&group, &text], &[&both]).is_empty());
        assert!(key(members, &[&group], &[&both]).is_empty());
    }

    #[test]
    fn text_comes_as_stored_only_where_all_of_it_is_utf8() {
        let text = |name: &str, charset: &str| Described { charset: charset.into(), ..described(name, "text") };
        let spec = spec();
        let utf8 = |columns: &[Described]| source("hesk_notes", "notes", columns, &[], spec.table("notes")).utf8;
        assert!(utf8(&[described("id", "int"), text("message", "utf8mb3"), text("undeclared", "latin1")]));
        assert!(!utf8(&[text("attachments", "utf8mb4"), text("message", "latin1")]));
    }

    #[test]
    fn timestamp_is_an_instant_and_datetime_is_wall_time() {
        assert_eq!(
            [zoned("timestamp"), zoned("datetime"), zoned("int")],
            [Zoned::Instant, Zoned::Naive, Zoned::NotTime]
        );
    }
}
