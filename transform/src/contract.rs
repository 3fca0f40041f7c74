//! The contract that the models of a source fill, `sql/contract/<schema>.sql`, as Arrow schemas, and whether a model gives what it wants.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use arrow::datatypes::{DataType, Field, Schema, SchemaRef, TimeUnit};
use datafusion::logical_expr::{Expr, cast, ident};
use datafusion::prelude::DataFrame;
use datafusion::sql::sqlparser::ast::{ColumnDef, ColumnOption, DataType as SqlType, Statement};
use datafusion::sql::sqlparser::dialect::GenericDialect;
use datafusion::sql::sqlparser::parser::Parser;

use crate::inputs::{File, Inputs};
use crate::{Error, Result};

/// The contract of help desks that move into Intercom, and the schema of its tables.
pub(crate) const INTERCOM: &str = "intercom";
/// The key of every contract table.
pub(crate) const KEY: &str = "source_key";
/// Where rejected rows go.
pub(crate) const REJECTS: &str = "rejects";
/// Columns of [`REJECTS`] beside the key: whose row it is, which check refused it (NULL: the contract), why, and the row as JSON.
pub(crate) const TABLE: &str = "table_name";
pub(crate) const CHECK: &str = "check_name";
pub(crate) const REASON: &str = "reason";
pub(crate) const ROW: &str = "row";
/// Where the rows go that checks warn of.
pub(crate) const WARNINGS: &str = "warnings";

/// A contract.
#[derive(Debug, Clone, Default)]
pub(crate) struct Contract {
    /// The schema of the tables that a transform writes.
    pub(crate) schema: String,
    /// The contract tables by name.
    pub(crate) tables: BTreeMap<String, SchemaRef>,
    /// Their names in the order in which the file has them.
    pub(crate) names: Vec<String>,
    /// Tables and columns whose texts are JSON.
    pub(crate) json: BTreeSet<(String, String)>,
}

const HINT: &str =
    "the contract is CREATE TABLE with VARCHAR, JSON, BIGINT, DOUBLE, BOOLEAN or TIMESTAMP, NOT NULL and PRIMARY KEY";

impl Contract {
    /// Reads the contract of a source.
    ///
    /// # Errors
    /// As [`Contract::parse`]; `File` where there is none.
    pub(crate) fn of(inputs: &Inputs<'_>) -> Result<Self> {
        let missing = || Error::File {
            file: format!("sql/contract/{}.sql", inputs.contract),
            reason: "there is no such file".to_owned(),
            hint: "`contract` of the source's spec names one of sql/contract/",
        };
        Self::parse(inputs.contract().ok_or_else(missing)?)
    }

    /// Reads a contract.
    ///
    /// # Errors
    /// `File` where it has anything but simple CREATE TABLEs with `source_key` as key.
    pub(crate) fn parse(file: File<'_>) -> Result<Self> {
        let wrong = |reason: String| Error::File { file: file.path.to_owned(), reason, hint: HINT };
        let statements = Parser::parse_sql(&GenericDialect {}, file.text).map_err(|e| wrong(e.to_string()))?;
        let (mut tables, mut names, mut json) = (BTreeMap::new(), Vec::new(), BTreeSet::new());
        for statement in statements {
            let Statement::CreateTable(table) = statement else {
                return Err(wrong("it has a statement that is no CREATE TABLE".into()));
            };
            let name = table.name.to_string();
            let fields = table.columns.iter().map(|c| field(c).map_err(|e| wrong(format!("{name}.{e}"))));
            let schema = Schema::new(fields.collect::<Result<Vec<_>>>()?);
            if !is_key(table.columns.first()) {
                return Err(wrong(format!("{name} does not begin with {KEY} VARCHAR NOT NULL PRIMARY KEY")));
            }
            let texts = table.columns.iter().filter(|column| column.data_type == SqlType::JSON);
            json.extend(texts.map(|column| (name.clone(), column.name.value.clone())));
            names.push(name.clone());
            tables.insert(name, Arc::new(schema));
        }
        if tables.is_empty() {
            return Err(wrong("it has no table".into()));
        }
        Ok(Self { schema: file.name.to_owned(), tables, names, json })
    }

    /// Whether the texts of a column are JSON.
    pub(crate) fn is_json(&self, table: &str, column: &str) -> bool {
        self.json.contains(&(table.to_owned(), column.to_owned()))
    }

    /// All tables that a run has beside its intermediate models: the contract's, `rejects` and `warnings`.
    pub(crate) fn all(&self) -> BTreeMap<String, SchemaRef> {
        let mut tables = self.tables.clone();
        tables.insert(REJECTS.to_owned(), text_schema(&[TABLE, KEY, CHECK, REASON, ROW]));
        tables.insert(WARNINGS.to_owned(), text_schema(&[CHECK, TABLE, KEY, REASON]));
        tables
    }

    /// The order in which a table's rows are written. The loader merges conversations, their parts and the parts' files as
    /// three sorted streams, which needs exactly this.
    pub(crate) fn order(&self, table: &str) -> &'static [&'static str] {
        match table {
            _ if self.schema != INTERCOM => &[KEY],
            "conversation_parts" => &["conversation_key", "position", KEY],
            // Parents before children: the loader creates collections in this order.
            "collections" => &["position", KEY],
            "attachments" => &["part_key", "position", KEY],
            _ => &[KEY],
        }
    }
}

fn is_key(column: Option<&ColumnDef>) -> bool {
    column.is_some_and(|c| {
        c.name.value == KEY && c.options.iter().any(|o| matches!(o.option, ColumnOption::PrimaryKey(_)))
    })
}

fn field(column: &ColumnDef) -> Result<Field, String> {
    let data_type = match column.data_type.to_string().as_str() {
        "VARCHAR" | "JSON" => DataType::Utf8,
        "BIGINT" => DataType::Int64,
        "DOUBLE" => DataType::Float64,
        "BOOLEAN" => DataType::Boolean,
        "TIMESTAMP" => DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
        other => return Err(format!("{} has the type {other}", column.name)),
    };
    let required =
        column.options.iter().any(|o| matches!(o.option, ColumnOption::NotNull | ColumnOption::PrimaryKey(_)));
    Ok(Field::new(&column.name.value, data_type, !required))
}

fn text_schema(names: &[&str]) -> SchemaRef {
    Arc::new(Schema::new(names.iter().map(|name| Field::new(*name, DataType::Utf8, true)).collect::<Vec<_>>()))
}

/// What a model gives, with the contract's columns in their order and types, sorted.
///
/// # Errors
/// `Contract` where columns are missing, additional or of another type.
pub(crate) fn conform(frame: DataFrame, contract: &Contract, table: &str, file: &str) -> Result<DataFrame> {
    let wanted = contract.tables.get(table).map_or_else(|| Arc::new(Schema::empty()), Arc::clone);
    let given = Arc::clone(frame.schema().inner());
    let mut problems = Vec::new();
    let mut columns: Vec<Expr> = Vec::new();
    for field in wanted.fields() {
        let name = field.name();
        match given.field_with_name(name) {
            Err(_) => problems.push(format!("`{name}` {} is missing", sql_type(field.data_type()))),
            Ok(found) if !fits(found.data_type(), field.data_type()) => problems.push(format!(
                "`{name}` is {}, it must be {}",
                sql_type(found.data_type()),
                sql_type(field.data_type())
            )),
            Ok(_) => columns.push(cast(ident(name), field.data_type().clone()).alias(name)),
        }
    }
    let extra = given.fields().iter().filter(|field| wanted.field_with_name(field.name()).is_err());
    problems.extend(extra.map(|field| format!("`{}` is no column of it", field.name())));
    if !problems.is_empty() {
        let (file, contract, table) = (file.to_owned(), contract.schema.clone(), table.to_owned());
        return Err(Error::Contract { file, contract, table, problems });
    }
    let order = contract.order(table).iter().map(|column| ident(*column).sort(true, false)).collect();
    frame.select(columns).and_then(|frame| frame.sort(order)).map_err(Error::sql(file))
}

/// Whether a value of one type is one of another without loss.
fn fits(given: &DataType, wanted: &DataType) -> bool {
    use DataType::{Boolean, Float16, Float32, Float64, Int64, Null, Timestamp, UInt8, UInt16, UInt32, UInt64, Utf8};
    match (given, wanted) {
        (Null, _) => true,
        (given, Utf8) => given.is_string(),
        (given, Int64) => given.is_signed_integer() || matches!(given, UInt8 | UInt16 | UInt32 | UInt64),
        (given, Float64) => given.is_integer() || matches!(given, Float16 | Float32 | Float64),
        (Boolean, Boolean) | (Timestamp(..), Timestamp(..)) => true,
        _ => false,
    }
}

/// What SQL calls a type.
pub(crate) fn sql_type(data_type: &DataType) -> String {
    match data_type {
        text if text.is_string() => "VARCHAR".to_owned(),
        DataType::Int64 => "BIGINT".to_owned(),
        DataType::Int32 => "INTEGER".to_owned(),
        DataType::Float64 => "DOUBLE".to_owned(),
        DataType::Boolean => "BOOLEAN".to_owned(),
        DataType::Timestamp(..) => "TIMESTAMP".to_owned(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Contract> {
        Contract::parse(File { name: "intercom", path: "c.sql", text })
    }

    #[test]
    fn parse_reads_types_and_nulls() {
        let contract =
            parse("CREATE TABLE t (source_key VARCHAR NOT NULL PRIMARY KEY, n BIGINT, at TIMESTAMP NOT NULL, j JSON);")
                .unwrap();
        let schema = &contract.tables["t"];
        assert_eq!(schema.field(1), &Field::new("n", DataType::Int64, true));
        assert!(!schema.field(2).is_nullable());
        assert_eq!(schema.field(3).data_type(), &DataType::Utf8);
        assert!(contract.is_json("t", "j") && !contract.is_json("t", "source_key"));
        assert_eq!(contract.all().len(), 3);
    }

    #[test]
    fn parse_refuses_what_a_contract_cannot_say() {
        for bad in ["", "SELECT 1", "CREATE TABLE t (a INT)", "CREATE TABLE t (source_key VARCHAR)"] {
            assert!(matches!(parse(bad), Err(Error::File { .. })), "{bad}");
        }
    }
}
