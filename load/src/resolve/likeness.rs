//! How something in Intercom stands to what a step makes.

/// From the likest on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Likeness {
    Same,
    /// It may be this one: its text is another, or a value is not there or came back in another form.
    Unsure,
    Other,
}

impl Likeness {
    /// Of something that has a name and a text.
    pub(super) fn of(is_name: bool, is_text: bool) -> Self {
        match (is_name, is_text) {
            (true, true) => Self::Same,
            (true, false) => Self::Unsure,
            (false, _) => Self::Other,
        }
    }
}
