//! Reader: any source with a REST API that a spec describes.
//!
//! ```text
//!  spec ─▶ tables, side by side ── calls ─▶ api: login, rate, retry ─▶ the source
//!             list: pages until it is proven to be all ┐
//!             each: rows in full, rows of each parent  ├─ declared columns ─▶ capture (in the stage, durable)
//!             files: downloads, images                 ┘                        │ when all is there
//!                                                                            replay ─▶ sink ─▶ one published run
//! ```
//!
//! Invariants:
//! 1. only GET is sent to the source, but for the log-in and for searches: lists that have a `body`;
//! 2. what was fetched is not fetched again: stopped by Ctrl-C, a crash or a token that ended, `--resume` goes on (`capture.rs`);
//! 3. a table is whole, or it is told to be incomplete: in its manifest, in `_defects`, by exit code 1. A table that the spec
//!    calls required and the source refuses is an error, and nothing is published;
//! 4. the login goes to the host of `url` and nowhere else;
//! 5. a path of `refused_paths` is never called, whoever asks for it (`api.rs`);
//! 6. a table that has files (`dropped.rs`) is read from them, and no call is made for it.
//!
//! What a spec leaves open is found by first pages (`route.rs`); what is wrong with a spec, by `probe.rs`.

mod api;
mod before;
mod capture;
mod children;
mod counted;
mod details;
mod dropped;
mod fetch;
mod files;
mod json;
mod list;
mod login;
mod look;
mod outlook;
mod page;
mod paging;
mod probe;
mod replay;
mod retention;
mod route;
mod row;
mod sample;
mod since;
#[cfg(test)]
mod tests;
mod times;
mod units;
mod unlisted;
mod values;

use arrow::datatypes::SchemaRef;
use deskferry_staging::{Context, Manifest, Staging};

use crate::spec::{ReaderKind, Rest};
use crate::{Error, Probe, Request, Result, Settings, Spec, Unfinished};
use api::Api;
pub use capture::unfinished;
use capture::{Capture, Plan};
use dropped::Dropped;
use fetch::Fetch;
pub use probe::{Finding, Findings, find_out};
pub use unlisted::Unlisted;

/// Reads the tables that are wanted into one published run.
pub(crate) async fn extract(
    context: &Context,
    spec: &Spec,
    rest: &Rest,
    settings: &Settings,
    request: &Request,
) -> Result<Manifest> {
    let dropped = Dropped::open(spec, settings).await?;
    let spec = &dropped.over(spec);
    let api = Api::new(context, spec, rest, settings)?;
    let mut plan = Plan::new(context, spec, settings, request);
    plan.dropped = dropped.hashes();
    if request.unfinished != Unfinished::Resume {
        let last = match request.since_last {
            true => Some(since::plan(context, spec, request, &mut plan).await?),
            false => None,
        };
        unlisted::plan(context, spec, request, last.as_ref(), &mut plan).await?;
    }
    let capture = Capture::open(context, spec, plan, request.unfinished).await?;
    let request = &request.also(&capture.plan.asks);
    let fetch = Fetch::new(spec, rest, request, api, capture, dropped);
    if let Err(error) = fetch.all().await {
        return Err(stopped(&fetch, error).await);
    }
    let run = fetch.capture.run().to_string();
    fetch.publish(settings).await.map_err(|error| match error {
        Error::Cancelled => Error::Stopped { run },
        other => other,
    })
}

/// Looks at the first page of every list: whether it may be read, and how many rows the source counts.
pub(crate) async fn probe(context: &Context, spec: &Spec, rest: &Rest, settings: &Settings) -> Result<Probe> {
    // What is fetched is looked at and forgotten.
    let context = Context { staging: Staging::in_memory(), ..context.clone() };
    let request = Request::default();
    let dropped = Dropped::open(spec, settings).await?;
    let spec = &dropped.over(spec);
    let api = Api::new(&context, spec, rest, settings)?;
    let plan = Plan::new(&context, spec, settings, &request);
    let capture = Capture::open(&context, spec, plan, request.unfinished).await?;
    let fetch = Fetch::new(spec, rest, &request, api, capture, dropped);
    let (tables, refused, mut remarks) = fetch.counts().await?;
    remarks.extend(fetch.dropped.remarks());
    remarks.extend(fetch.going().await?);
    let forecast = if refused.is_empty() { Some(fetch.look().await?) } else { None };
    let (reader, timezone) = (ReaderKind::Rest, settings.timezone.clone());
    Ok(Probe { reader, version: None, timezone, tables, refused, forecast, remarks })
}

/// Columns and key of the table of files; `None` where no wanted table has any.
pub(crate) fn files_of(spec: &Spec, request: &Request) -> Option<(SchemaRef, Vec<String>)> {
    spec.tables.iter().any(|table| request.wants_files(table)).then(files::shape)
}

/// What ended the fetching, with what becomes of what was fetched until then: it is kept, unless there is nothing.
async fn stopped(fetch: &Fetch<'_>, error: Error) -> Error {
    let kept = !fetch.capture.is_empty().await.unwrap_or(false);
    if !kept {
        // What is left of it is removed by the next extract; what ended this one matters more.
        let _ = fetch.capture.remove().await;
    }
    match error {
        Error::Cancelled if kept => Error::Stopped { run: fetch.capture.run().to_string() },
        Error::Http { what, is_other, source, .. } => Error::Http { what, is_other, kept, source },
        other => other,
    }
}
