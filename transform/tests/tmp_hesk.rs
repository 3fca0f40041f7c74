//! temporary
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
use std::collections::BTreeMap;
use std::sync::Arc;
use arrow::array::*;
use arrow::datatypes::*;
use chrono::DateTime;
use deskferry_staging::{Context, RunId, Stage, Staging};
use deskferry_transform::*;

#[tokio::test]
async fn tmp() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let spec = std::fs::read_to_string(root.join("extract/sources/hesk.toml")).unwrap();
    let mut tables: Vec<(String, Vec<(String, DataType)>)> = vec![];
    let mut fresh = false;
    for line in spec.lines().map(|l| l.split('#').next().unwrap().trim()) {
        if line == "[[table]]" { fresh = true; continue; }
        if fresh && line.starts_with("name = ") { fresh = false; tables.push((line[8..line.len() - 1].into(), vec![])); continue; }
        if let Some((k, v)) = line.split_once(" = ") {
            let t = match v.trim_matches('"') { "int" => DataType::Int64, "text" => DataType::Utf8, "bool" => DataType::Boolean, "float" => DataType::Float64, "duration" => DataType::Int64, "timestamp" => DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())), _ => continue };
            let k = k.trim_matches('"');
            let Some(last) = tables.last_mut() else { continue };
            if k.contains('{') { for i in 1..=100 { last.1.push((format!("custom{i}"), t.clone())); } } else { last.1.push((k.into(), t)); }
        }
    }
    tables.retain(|t| t.0 != "Hesk" && !t.1.is_empty());
    let text = |n: &[&str]| n.iter().map(|n| ((*n).to_owned(), DataType::Utf8)).collect::<Vec<_>>();
    tables.push(("settings".into(), text(&["key", "value"])));
    let mut f = text(&["table_name", "sha256", "content_type", "name"]); f.push(("key".into(), DataType::Int64)); f.push(("size".into(), DataType::Int64));
    tables.push(("files".into(), f));
    let staging = Staging::in_memory();
    let now = DateTime::from_timestamp(1_700_000_000, 0).unwrap();
    let mut run = staging.begin(RunId::new(now, 1), Stage::Extract, "hesk", now).unwrap();
    for (name, mut cols) in tables {
        cols.push(("_extra".into(), DataType::Utf8));
        let schema = Arc::new(Schema::new(cols.iter().map(|(n, t)| Field::new(n, t.clone(), true)).collect::<Vec<_>>()));
        let arrays = cols.iter().map(|(n, t)| match (t, n.as_str()) {
            (DataType::Int64, _) => Arc::new(Int64Array::from(vec![1])) as ArrayRef,
            (DataType::Utf8, "_extra") => Arc::new(StringArray::from(vec!["{}"])),
            (DataType::Utf8, _) => Arc::new(StringArray::from(vec!["1"])),
            (t, _) => new_null_array(t, 1),
        }).collect();
        let mut w = run.table(&name, schema.clone()).unwrap();
        w.write(&RecordBatch::try_new(schema, arrays).unwrap()).await.unwrap();
        run.add(&name, vec![w.close().await.unwrap()]);
    }
    run.publish(now).await.unwrap();
    let mut files = BTreeMap::new();
    for folder in ["sql/contract", "sql/checks", "sql/hesk", "sql/hesk/mapping", "sql/reconcile", "sql/ledger"] {
        let Ok(dir) = std::fs::read_dir(root.join(folder)) else { continue };
        for e in dir { let p = e.unwrap().path(); if p.is_file() { files.insert(format!("{folder}/{}", p.file_name().unwrap().to_str().unwrap()), std::fs::read_to_string(&p).unwrap()); } }
    }
    let inputs = Inputs { source: "hesk", files: &files, settings: vec![], memory_bytes: 64 << 20, partitions: 2 };
    let r = transform(&Context::new(staging.clone(), move || now, || 2), &inputs).await;
    match r {
        Ok(s) => { eprintln!("{:?}\n{:?}\n{:?}", s.models, s.rejects, s.warnings); }
        Err(e) => { eprintln!("ERROR {e}\n  hint {:?}\n  {:?}", e.hint(), std::error::Error::source(&e).map(|s| s.to_string())); panic!(); }
    }
    let session = Session::open(&staging, &inputs).await.unwrap();
    for folder in ["sql/reconcile"] {
        match session.queries(&inputs, folder).await { Ok(q) => eprintln!("{folder} {} ok", q.len()), Err(e) => eprintln!("{folder} {e} {:?}", std::error::Error::source(&e).map(|s| s.to_string())) }
    }
}
