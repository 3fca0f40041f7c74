//! Tickets and what is said about them.

use super::tenant::{Kind, State, Timer};
use super::text::Text;
use super::{Facts, Moment};

/// Who asked.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Client {
    Employee(i64),
    /// A department or company, without a person.
    Ou(i64),
    /// Somebody who is only text: name, e-mail, phone; each may be empty.
    Text(String, String, String),
    Nobody,
}

/// A ticket: incident, request or enquiry.
#[derive(Debug, Clone)]
pub(crate) struct Ticket {
    pub(crate) id: i64,
    pub(crate) kind: Kind,
    /// The number that people know it by.
    pub(crate) number: i64,
    /// `shortDescr`.
    pub(crate) subject: String,
    /// What was asked; kept as HTML, as plain text, or both.
    pub(crate) text: Text,
    /// Whether only the plain text is kept.
    pub(crate) plain_only: bool,
    pub(crate) state: State,
    pub(crate) state_since: Moment,
    pub(crate) created: Moment,
    pub(crate) modified: Moment,
    /// When work began: the reaction.
    pub(crate) started: Option<Moment>,
    /// When it was solved: `dateDecision`.
    pub(crate) solved: Option<Moment>,
    /// Until when to react: `reactionTime`.
    pub(crate) reaction_due: Option<Moment>,
    /// Until when to solve: `deadLineTime`.
    pub(crate) due: Option<Moment>,
    /// The timer towards `due`, with what is left in ms.
    pub(crate) timer: Option<(Timer, i64)>,
    pub(crate) client: Client,
    pub(crate) author: Option<i64>,
    pub(crate) responsible: Option<i64>,
    pub(crate) team: Option<i64>,
    pub(crate) solved_by: Option<i64>,
    pub(crate) service: Option<i64>,
    pub(crate) agreement: Option<i64>,
    /// Subcategories; the category is the parent of the first.
    pub(crate) categories: Vec<i64>,
    pub(crate) priority: Option<i64>,
    pub(crate) urgency: Option<i64>,
    pub(crate) impact: Option<i64>,
    pub(crate) channel: Option<i64>,
    pub(crate) mark: Option<i64>,
    pub(crate) closing: Option<i64>,
    /// `resultDescr`: how it was solved.
    pub(crate) resolution: Option<Text>,
    pub(crate) resumed: bool,
    pub(crate) mass: bool,
    pub(crate) master: Option<i64>,
    pub(crate) custom: Custom,
    pub(crate) removed: Option<Moment>,
}

/// Attributes that this tenant added.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Custom {
    /// `nomerDogovora`, a string.
    pub(crate) contract: Option<String>,
    /// `kabinet`, a string.
    pub(crate) room: Option<String>,
    /// `vyezdTrebuetsya`, yes or no.
    pub(crate) visit: Option<bool>,
    /// `dataVyezda`, a date without a time.
    pub(crate) visit_on: Option<Moment>,
    /// `stoimostRabot`, a double.
    pub(crate) cost: Option<f64>,
    /// `skrinshoty`, files.
    pub(crate) files: Vec<i64>,
    /// `ssylka`, a hyperlink: text and address.
    pub(crate) link: Option<(String, String)>,
}

/// A comment.
#[derive(Debug, Clone)]
pub(crate) struct Comment {
    pub(crate) id: i64,
    /// What it is about: class and number.
    pub(crate) source: Source,
    pub(crate) text: Text,
    /// Whether the client does not see it.
    pub(crate) private: bool,
    /// None is the system, or mail of a stranger.
    pub(crate) author: Option<i64>,
    pub(crate) at: Moment,
    pub(crate) files: Vec<i64>,
}

/// Class and number of the object that a comment or file belongs to.
pub(crate) type Source = (&'static str, i64);

impl Ticket {
    /// As lists show it: the number with a prefix.
    pub(crate) fn title(&self) -> String {
        format!("{}{}", self.kind.prefix(), self.number)
    }

    /// What comments and files of it have as their source.
    pub(crate) fn source(&self) -> Source {
        ("serviceCall", self.id)
    }
}

impl Facts {
    /// Comments of an object in the order in which they were written; those of one moment by number.
    pub(crate) fn comments_of(&self, source: Source) -> Vec<&Comment> {
        let ids = self.comments_by_source.get(&source).map(Vec::as_slice).unwrap_or_default();
        let mut comments: Vec<&Comment> = ids.iter().filter_map(|id| Some(&**self.comments.get(id)?)).collect();
        comments.sort_by_key(|comment| (comment.at, comment.id));
        comments
    }
}
