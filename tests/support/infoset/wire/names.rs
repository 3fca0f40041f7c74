//! What members are called in the other edition.

/// The other name of a member of a kind of row, or the same.
pub(crate) fn of<'a>(kind: &str, key: &'a str) -> &'a str {
    let known = NAMES.iter().find(|(of, base, _)| *base == key && (*of == kind || *of == "*"));
    known.map_or(key, |(_, _, other)| other)
}

/// Kind of row (`*` for all), member, other name.
const NAMES: [(&str, &str, &str); 24] = [
    ("ticket", "subject", "title"),
    ("ticket", "content", "description"),
    ("ticket", "contactId", "customerId"),
    ("ticket", "status", "statusId"),
    ("ticket", "priority", "priorityId"),
    ("ticket", "source", "channelSource"),
    ("ticket", "customProperties", "fields"),
    ("log", "content", "notes"),
    ("log", "emailId", "EmailId"),
    ("log", "userId", "agentId"),
    ("log", "isAgent", "fromAgent"),
    ("log", "type", "logType"),
    ("email", "fromAddress", "from"),
    ("email", "toAddresses", "to"),
    ("email", "ccAddresses", "cc"),
    ("email", "htmlBody", "html"),
    ("email", "textBody", "text"),
    ("room", "roomId", "id"),
    ("message", "message", "text"),
    ("contact", "fullName", "name"),
    ("user", "isActive", "active"),
    ("*", "ownerIds", "ownerId"),
    ("*", "createdDate", "createdAt"),
    ("*", "updatedDate", "updatedAt"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_member_has_another_name_where_its_kind_or_all_have() {
        assert_eq!((of("log", "emailId"), of("email", "emailId")), ("EmailId", "emailId"));
        assert_eq!(of("contact", "updatedDate"), "updatedAt");
    }
}
