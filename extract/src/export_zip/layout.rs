//! Which column of an export is what. Hesk has had three layouts; labels are in the language of the user who exported, and the
//! label of a custom field can equal any other, so columns are told by their order, and labels only prove the language.

/// A column of the export.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Id,
    TrackingId,
    Date,
    Updated,
    FirstReply,
    Resolved,
    Name,
    Email,
    Followers,
    Category,
    Priority,
    Status,
    Subject,
    Message,
    Owner,
    Replies,
    StaffReplies,
    TimeWorked,
    DueDate,
    /// A custom field: the first is 1.
    Custom(usize),
    History,
    ReplyMessages,
    Url,
}

/// The columns of an export.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Layout {
    pub(super) roles: Vec<Role>,
    /// Labels of the custom fields, as they are stored: escaped.
    pub(super) customs: Vec<Vec<u8>>,
}

use Role::*;

/// In order; `true` for columns that every version has.
const HEAD: [(Role, &str, bool); 19] = [
    (Id, "#", true),
    (TrackingId, "Tracking ID", true),
    (Date, "Date", true),
    (Updated, "Updated", true),
    (FirstReply, "First reply at", false), // from 3.7
    (Resolved, "Resolved at", false),      // from 3.5
    (Name, "Name", true),
    (Email, "Email", true),
    (Followers, "Followers", false), // from 3.5
    (Category, "Category", true),
    (Priority, "Priority", true),
    (Status, "Status", true),
    (Subject, "Subject", true),
    (Message, "Message", true),
    (Owner, "Owner", true),
    (Replies, "Replies", false), // from 3.7
    (StaffReplies, "Replies (Staff)", false),
    (TimeWorked, "Time worked", true),
    (DueDate, "Due date", false), // from 3.2
];

/// At the end, in order, from 3.5.
const TAIL: [(Role, &str); 3] = [(History, "Ticket History"), (ReplyMessages, "Reply messages"), (Url, "Ticket URL")];

/// Languages whose labels and built-in names are known.
pub(super) const LANGUAGES: &str = "English";

impl Layout {
    /// The layout of a header row. The error is the label that was not expected.
    pub(super) fn of(header: &[Vec<u8>]) -> Result<Self, String> {
        let mut roles = Vec::with_capacity(header.len());
        let mut rest = header;
        for (role, label, always) in HEAD {
            match rest.split_first() {
                Some((found, after)) if found.eq_ignore_ascii_case(label.as_bytes()) => {
                    roles.push(role);
                    rest = after;
                }
                Some((found, _)) if always => return Err(String::from_utf8_lossy(found).into_owned()),
                None if always => return Err(String::new()),
                _ => {}
            }
        }
        let mut tail = Vec::new();
        if roles.contains(&Followers) {
            for (role, label) in TAIL.into_iter().rev() {
                if let Some((last, before)) = rest.split_last()
                    && last.eq_ignore_ascii_case(label.as_bytes())
                {
                    tail.push(role);
                    rest = before;
                }
            }
        }
        roles.extend((1..=rest.len()).map(Custom));
        roles.extend(tail.into_iter().rev());
        Ok(Self { roles, customs: rest.to_vec() })
    }

    /// Whether the export has a column.
    pub(super) fn has(&self, role: Role) -> bool {
        self.roles.contains(&role)
    }
}

/// Id of a built-in status by its English name.
pub(super) fn status(name: &[u8]) -> Option<u32> {
    position(&["New", "Waiting reply", "Replied", "Resolved", "In Progress", "On Hold"], name)
}

/// Id of a built-in priority by its English name.
pub(super) fn priority(name: &[u8]) -> Option<u32> {
    position(&["Critical", "High", "Medium", "Low"], name)
}

fn position(names: &[&str], name: &[u8]) -> Option<u32> {
    (0_u32..).zip(names).find(|(_, n)| n.as_bytes().eq_ignore_ascii_case(name.trim_ascii())).map(|(id, _)| id)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layout(labels: &[&str]) -> Result<Layout, String> {
        Layout::of(&labels.iter().map(|l| l.as_bytes().to_vec()).collect::<Vec<_>>())
    }

    const OLD: [&str; 13] = [
        "#",
        "Tracking ID",
        "Date",
        "Updated",
        "Name",
        "Email",
        "Category",
        "Priority",
        "Status",
        "Subject",
        "Message",
        "Owner",
        "Time worked",
    ];

    #[test]
    fn old_layout_has_customs_to_the_end() {
        let mut labels = OLD.to_vec();
        labels.extend(["Due date", "Order", "Ticket URL"]);
        let layout = layout(&labels).unwrap();
        assert_eq!(layout.roles[12..], [TimeWorked, DueDate, Custom(1), Custom(2)]);
        assert_eq!(layout.customs, [b"Order".to_vec(), b"Ticket URL".to_vec()]);
    }

    #[test]
    fn new_layout_ends_with_what_was_ticked() {
        let labels = [
            "#",
            "Tracking ID",
            "Date",
            "Updated",
            "First reply at",
            "Resolved at",
            "Name",
            "Email",
            "Followers",
            "Category",
            "Priority",
            "Status",
            "Subject",
            "Message",
            "Owner",
            "Replies",
            "Replies (Staff)",
            "Time worked",
            "Due date",
            "Name",
            "Reply messages",
            "Ticket URL",
        ];
        let layout = layout(&labels).unwrap();
        assert_eq!(layout.roles[17..], [TimeWorked, DueDate, Custom(1), ReplyMessages, Url]);
    }

    #[test]
    fn other_language_names_its_label() {
        let mut labels = OLD;
        labels[1] = "Código de seguimiento";
        assert_eq!(layout(&labels), Err("Código de seguimiento".to_owned()));
    }
}
