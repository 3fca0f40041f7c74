//! A run that tests stage themselves, and its load.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use arrow::array::{
    ArrayRef, BooleanArray, Float64Array, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray,
};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef, TimeUnit};
use deskferry_database::{Described, Error, Settings, Summary, Target, load};
use deskferry_staging::{Context, Manifest, Stage, Staging};

use crate::postgres::Database;

/// One row of `end_users`: a column of each type.
#[derive(Debug, Clone, Default)]
pub(crate) struct User {
    pub(crate) key: String,
    pub(crate) name: Option<String>,
    pub(crate) company: Option<String>,
    pub(crate) visits: Option<i64>,
    pub(crate) spend: Option<f64>,
    pub(crate) archived: Option<bool>,
    pub(crate) seen_at: Option<i64>,
    pub(crate) attributes: Option<String>,
}

pub(crate) fn user(key: &str, name: &str) -> User {
    User {
        key: key.to_owned(),
        name: Some(name.to_owned()),
        company: Some("intercom:company:1".to_owned()),
        visits: Some(name.len() as i64),
        spend: Some(0.5),
        archived: Some(false),
        seen_at: Some(1_700_000_000_123_456),
        attributes: Some(format!("{{\"plan\": {}}}", name.len())),
    }
}

/// `count` users with keys in order.
pub(crate) fn users(count: usize) -> Vec<User> {
    (0..count).map(|n| user(&format!("intercom:contact:{n:07}"), &format!("user {n}"))).collect()
}

pub(crate) fn schema() -> SchemaRef {
    let column = |name: &str, kind: DataType| Field::new(name, kind, name != "source_key");
    Arc::new(Schema::new(vec![
        column("source_key", DataType::Utf8),
        column("name", DataType::Utf8),
        column("company_key", DataType::Utf8),
        column("visits", DataType::Int64),
        column("spend", DataType::Float64),
        column("archived", DataType::Boolean),
        column("seen_at", DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()))),
        column("attributes", DataType::Utf8),
    ]))
}

pub(crate) fn batch(users: &[User]) -> RecordBatch {
    let text = |of: fn(&User) -> Option<&str>| -> ArrayRef { Arc::new(users.iter().map(of).collect::<StringArray>()) };
    let columns: Vec<ArrayRef> = vec![
        text(|u| Some(&u.key)),
        text(|u| u.name.as_deref()),
        text(|u| u.company.as_deref()),
        Arc::new(users.iter().map(|u| u.visits).collect::<Int64Array>()),
        Arc::new(users.iter().map(|u| u.spend).collect::<Float64Array>()),
        Arc::new(users.iter().map(|u| u.archived).collect::<BooleanArray>()),
        Arc::new(users.iter().map(|u| u.seen_at).collect::<TimestampMicrosecondArray>().with_timezone("UTC")),
        text(|u| u.attributes.as_deref()),
    ];
    RecordBatch::try_new(schema(), columns).unwrap()
}

/// A stage, and the database that its runs are loaded into.
pub(crate) struct Desk {
    pub(crate) context: Context,
    pub(crate) settings: Settings,
    pub(crate) database: Database,
}

impl Desk {
    pub(crate) fn new(database: Database) -> Self {
        let moment = AtomicU32::new(0);
        let clock = move || {
            let moment = moment.fetch_add(1, Ordering::Relaxed);
            chrono::DateTime::from_timestamp(1_700_000_000 + i64::from(moment), 0).unwrap()
        };
        let mut settings = Settings::new(Target::parse(&database.url()).unwrap());
        let names = schema().fields().iter().map(|f| (f.name().clone(), format!("what {} is", f.name()))).collect();
        settings.described = vec![
            Described { table: "teams".into(), columns: Vec::new() },
            Described { table: "end_users".into(), columns: names },
        ];
        Self { context: Context::new(Staging::in_memory(), clock, || 7), settings, database }
    }

    /// Stages a run of users, and of two tables that are always the same.
    pub(crate) async fn stage(&self, users: &[User]) -> Manifest {
        self.stage_with(users, |_| {}).await
    }

    pub(crate) async fn stage_with(&self, users: &[User], change: impl FnOnce(&mut Manifest)) -> Manifest {
        self.stage_batches(users.chunks(4096).map(batch), change).await
    }

    pub(crate) async fn stage_batches(
        &self,
        batches: impl Iterator<Item = RecordBatch>,
        change: impl FnOnce(&mut Manifest),
    ) -> Manifest {
        let context = &self.context;
        let mut run = context.staging.begin(context.run_id(), Stage::Transform, "database", context.now()).unwrap();
        let key = vec!["source_key".to_owned()];
        let mut writer = run.table("end_users", schema()).unwrap();
        for batch in batches {
            writer.write(&batch).await.unwrap();
        }
        let table = run.add("end_users", vec![writer.close().await.unwrap()]);
        table.key.clone_from(&key);
        table.columns.iter_mut().find(|column| column.name == "attributes").unwrap().json = true;
        for name in ["admins", "teams"] {
            let schema = Arc::new(Schema::new(vec![
                Field::new("source_key", DataType::Utf8, false),
                Field::new("name", DataType::Utf8, true),
            ]));
            let mut writer = run.table(name, Arc::clone(&schema)).unwrap();
            let texts: Vec<ArrayRef> =
                vec![Arc::new(StringArray::from(vec!["a", "b"])), Arc::new(StringArray::from(vec![Some("A"), None]))];
            writer.write(&RecordBatch::try_new(schema, texts).unwrap()).await.unwrap();
            run.add(name, vec![writer.close().await.unwrap()]).key.clone_from(&key);
        }
        // A model without a key, which no database is to have.
        let inner = run.table("base_users", schema()).unwrap().close().await.unwrap();
        run.add("base_users", vec![inner]);
        change(run.manifest());
        run.publish(context.now()).await.unwrap()
    }

    pub(crate) async fn load(&self, manifest: &Manifest) -> Result<Summary, Error> {
        load(&self.context, &self.settings, manifest).await
    }

    /// Stages and loads.
    pub(crate) async fn bring(&self, users: &[User]) -> Summary {
        let manifest = self.stage(users).await;
        self.load(&manifest).await.unwrap_or_else(|e| panic!("{e}"))
    }

    /// Rows of a report of a load: table, key, action, column, code, reason.
    pub(crate) async fn told(&self, summary: &Summary, report: &str) -> Vec<Vec<String>> {
        use arrow::array::{Array as _, AsArray as _};
        use futures::TryStreamExt as _;
        let run = self.context.staging.manifest(&summary.run).await.unwrap();
        let batches: Vec<RecordBatch> = self.context.staging.read(&run, report).unwrap().try_collect().await.unwrap();
        let mut rows = Vec::new();
        for batch in &batches {
            for row in 0..batch.num_rows() {
                let cells = batch.columns().iter().map(|column| {
                    let texts = column.as_string::<i32>();
                    if texts.is_null(row) { "NULL".to_owned() } else { texts.value(row).to_owned() }
                });
                rows.push(cells.collect());
            }
        }
        rows
    }
}

/// The counts of `end_users`.
pub(crate) fn counts(summary: &Summary) -> deskferry_database::Counts {
    summary.tables.iter().find(|(name, _)| name == "end_users").unwrap().1
}
