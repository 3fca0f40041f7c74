//! The knowledge base: sections and articles.

use super::text::Text;
use super::{Facts, Moment};

/// A section or an article: the platform keeps both in one class.
#[derive(Debug, Clone)]
pub(crate) struct Page {
    pub(crate) id: i64,
    /// `KB$KBSectionOpen`, `KB$KBArticle`, …
    pub(crate) fqn: &'static str,
    pub(crate) title: String,
    /// Empty of sections.
    pub(crate) text: Text,
    pub(crate) parent: Option<i64>,
    /// Articles that the text links to.
    pub(crate) links: Vec<i64>,
    pub(crate) author: Option<i64>,
    pub(crate) created: Moment,
    pub(crate) modified: Moment,
    pub(crate) removed: Option<Moment>,
}

impl Page {
    /// Whether it is a section.
    pub(crate) fn is_section(&self) -> bool {
        self.fqn.contains("ection")
    }

    /// Whether clients see it: that is its type.
    pub(crate) fn is_open(&self) -> bool {
        self.fqn.contains("Op")
    }
}

impl Facts {
    /// Articles that a correct migration has: those that are not archived.
    pub(crate) fn articles(&self) -> Vec<&Page> {
        let pages = self.pages.values().map(|page| &**page);
        pages.filter(|page| !page.is_section() && page.removed.is_none()).collect()
    }
}
