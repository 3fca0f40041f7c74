//! `distill`: what is known about customers, worded by a server.

use std::process::ExitCode;

use anyhow::Result;
use deskferry_distill::{Stop, Summary};

use super::Migration;
use crate::args::Distill;
use crate::report::{number, print, say};

/// Asks about what has no wording yet and says what came of it.
pub(crate) async fn run(migration: &Migration, args: &Distill, json: bool) -> Result<ExitCode> {
    let summary = distill(migration, args.limit).await?;
    if json {
        print(serde_json::to_string_pretty(&as_json(&summary))?)?;
    } else {
        report(&summary);
    }
    Ok(if summary.stop == Some(Stop::Cancelled) { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// The same without a word.
pub(crate) async fn distill(migration: &Migration, limit: Option<u64>) -> Result<Summary> {
    let settings = migration.wording()?;
    Ok(deskferry_distill::distill(&migration.context, &settings, limit).await?)
}

fn report(summary: &Summary) {
    say(format!("{} customers, {} worded before", number(summary.texts), number(summary.known)));
    if summary.resumed > 0 {
        say(format!("{} answers of a run that was ended are used", number(summary.resumed)));
    }
    say(format!(
        "{} worded now: {} tokens of questions, {} of answers, cost {:.4}; this month {:.4}",
        number(summary.worded),
        number(summary.tokens.0),
        number(summary.tokens.1),
        summary.cost,
        summary.cost_month
    ));
    for (reason, count) in &summary.refused {
        say(format!("not used: {}: {reason}", number(*count)));
    }
    for (reason, count) in &summary.failed {
        say(format!("no answer: {}: {reason}", number(*count)));
    }
    match summary.stop {
        Some(Stop::CostMax) => say(format!(
            "stopped: the next could have cost more than [distill] cost_max leaves; {} have no wording",
            number(summary.left)
        )),
        Some(Stop::Limit | Stop::Cancelled) => say(format!("stopped; {} have no wording yet", number(summary.left))),
        None => {}
    }
    if summary.manifest.is_some() {
        say("put the wording into knowledge with: deskferry transform");
    }
}

fn as_json(summary: &Summary) -> serde_json::Value {
    let stop = summary.stop.map(|stop| match stop {
        Stop::CostMax => "cost_max",
        Stop::Limit => "limit",
        Stop::Cancelled => "cancelled",
    });
    serde_json::json!({
        "run": summary.manifest.as_ref().map(|manifest| manifest.run.as_str()),
        "texts": summary.texts,
        "known": summary.known,
        "resumed": summary.resumed,
        "worded": summary.worded,
        "refused": summary.refused,
        "failed": summary.failed,
        "left": summary.left,
        "tokens_in": summary.tokens.0,
        "tokens_out": summary.tokens.1,
        "cost": summary.cost,
        "cost_month": summary.cost_month,
        "stop": stop,
    })
}
