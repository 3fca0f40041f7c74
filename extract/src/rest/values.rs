//! The values of settings, and the texts that they stand in.

use url::Url;

use crate::spec::{Params, Place, Spec, Template};
use crate::{Error, Result, Settings};

/// The settings that the spec declares, and the url.
#[derive(Clone)]
pub(super) struct Values(Vec<(String, String)>);

impl Values {
    pub(super) fn of(spec: &Spec, settings: &Settings) -> Self {
        let declared = spec.settings.iter().map(|(name, setting)| {
            let given = settings.values.get(name).cloned();
            (name.clone(), given.or_else(|| setting.default.clone()).unwrap_or_default())
        });
        let url = ("url".to_owned(), settings.url.trim_end_matches('/').to_owned());
        Self(std::iter::once(url).chain(declared.filter(|(name, _)| name != "url")).collect())
    }

    pub(super) fn get(&self, name: &str) -> Option<String> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone())
    }

    /// A text in which only settings stand.
    pub(super) fn fill(&self, template: &Template) -> String {
        let value = |place: &Place| match place {
            Place::Name(name) => self.get(name),
            Place::Parent(_) => None,
        };
        template.fill(value).unwrap_or_default()
    }

    /// Pairs of which those without a value are left out.
    pub(super) fn pairs(&self, params: &Params) -> Vec<(String, String)> {
        let filled = params.0.iter().map(|(name, template)| (name.clone(), self.fill(template)));
        filled.filter(|(_, value)| !value.is_empty()).collect()
    }
}

/// An address that comes of some settings.
///
/// # Errors
/// `Setting` where it is none.
pub(super) fn address(text: &str, settings: &str) -> Result<Url> {
    Url::parse(text).map_err(|e| Error::Setting {
        key: "[source]",
        reason: format!("`{text}` is no address: {e}"),
        hint: format!("write {settings} with https:// in front"),
    })
}
