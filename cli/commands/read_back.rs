//! The workspace as it is now, into `intercom_live.*`: an extract by the spec `sources/intercom.toml`. What was loaded is asked for by
//! its ids, so that what is not there any more is seen to be gone; of the rest there is what the lists show.

use std::collections::BTreeMap;

use anyhow::Result;
use deskferry_extract::{Request, Settings, Unfinished};
use deskferry_staging::Manifest;

use super::{Migration, load};
use crate::embedded;

/// Reads the workspace back, with the bytes of attachments where they are wanted.
pub(crate) async fn read_back(migration: &Migration, files: bool) -> Result<Manifest> {
    let sent = deskferry_load::sent(&migration.context, &load::workspace(migration)?).await?;
    let object_types = sent.object_types.into_iter().collect::<Vec<_>>().join(",");
    let token = migration.tokens()?.into_iter().next().map(|(_, token)| token).unwrap_or_default();
    let url = migration.settings.intercom_url();
    let values = [("url", url.clone()), ("token", token), ("object_types", object_types)];
    let settings = Settings {
        url,
        values: values.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
        ..Settings::default()
    };
    let request = Request {
        keys: BTreeMap::from(
            [
                ("contacts", sent.contacts),
                ("companies", sent.companies),
                ("conversations", sent.conversations),
                ("tickets", sent.tickets),
            ]
            .map(|(table, ids)| (table.to_owned(), ids)),
        ),
        without_files: !files,
        // A workspace changes: what an earlier reading has is not gone on with.
        unfinished: Unfinished::Discard,
        ..Request::default()
    };
    let spec = embedded::parsed_spec(&migration.files, "intercom")?;
    Ok(deskferry_extract::extract(&migration.context, &spec, &settings, &request).await?)
}
