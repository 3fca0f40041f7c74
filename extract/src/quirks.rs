//! What no spec can say about a source, one file each.

pub(crate) mod hesk_settings;
pub(crate) mod hesk_version;
mod php;
