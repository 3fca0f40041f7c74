//! The ids of the tickets with a story, and what a correct migration makes of each.

/// Every kind of action: replies of both sides, a note, events with and without an agent, a program, an outsider, one on behalf of.
pub(crate) const EVERY_ACTION: i64 = 1001;
/// No action repeats the text it was opened with: the ticket's own text is the first message.
pub(crate) const NO_OPENING: i64 = 1002;
/// The opening repeats the text with other white space: shown once.
pub(crate) const OPENING_WITH_OTHER_BLANKS: i64 = 1003;
/// Merged into `MERGED_INTO`: no conversation of its own.
pub(crate) const MERGED: i64 = 1004;
/// Holds the actions that came from `MERGED`.
pub(crate) const MERGED_INTO: i64 = 1005;
/// Was merged into `UNMERGED_FROM` and taken apart again: a conversation of its own.
pub(crate) const UNMERGED: i64 = 1006;
pub(crate) const UNMERGED_FROM: i64 = 1007;
/// Root of a tree: `CHILDREN` below it, `GRANDCHILD` below the second of those.
pub(crate) const PARENT: i64 = 1008;
pub(crate) const CHILDREN: [i64; 2] = [1009, 1010];
pub(crate) const GRANDCHILD: i64 = 1011;
/// Soft-deleted: in no list but `deleted=true`.
pub(crate) const DELETED: i64 = 1012;
/// Asked by the general user of a site; the ticket names who it was.
pub(crate) const OF_GENERAL_USER: i64 = 1013;
/// Asked by `people::MERGED_USER`, who is no contact any more; the ticket has the name and the address.
pub(crate) const OF_MERGED_USER: i64 = 1014;
/// An inactive contact of an inactive client.
pub(crate) const OF_INACTIVE_CLIENT: i64 = 1015;
/// Assigned to, and answered by, an agent who has left.
pub(crate) const OF_DISABLED_AGENT: i64 = 1016;
/// An action of an outcome that is hidden: a reply all the same.
pub(crate) const HIDDEN_OUTCOME: i64 = 1017;
/// Its team's name is the one the team had before: the id counts.
pub(crate) const OF_RENAMED_TEAM: i64 = 1018;
/// A team by name only, and two teams have it.
pub(crate) const OF_AMBIGUOUS_TEAM: i64 = 1019;
pub(crate) const OF_USER_WITHOUT_EMAIL: i64 = 1020;
/// Asked by the two contacts of one e-mail address.
pub(crate) const OF_TWINS: [i64; 2] = [1021, 1022];
/// Asked by an agent as a contact: her messages in it are a customer's.
pub(crate) const OF_AGENT_AS_USER: i64 = 1023;
/// Client 1, agent 1, no user: nobody's. The address it came from is in `reportedby` only.
pub(crate) const OF_NOBODY: i64 = 1024;
/// From a social channel: contact without address, client "contacts" that is no company.
pub(crate) const SOCIAL: i64 = 1025;
/// A value in every custom field, secrets among them, one field whose definition is gone, one option that is gone.
pub(crate) const EVERY_FIELD: i64 = 1026;
/// Category texts in all slots: one deleted, one without an id.
pub(crate) const CATEGORIES: i64 = 1027;
/// Priority 3 of SLA 9 is "This week", not "P3 Medium".
pub(crate) const GOLD_PRIORITY: i64 = 1028;
/// Has a contract and two assets.
pub(crate) const WITH_CONTRACT: i64 = 1029;
/// One ticket for each `body::SHAPES`, in that order; every text in it has that shape.
pub(crate) const SHAPES: [i64; 8] = [1030, 1031, 1032, 1033, 1034, 1035, 1036, 1037];
/// Pictures in the text by links of the desk; the second is gone.
pub(crate) const INLINE_IMAGES: i64 = 1038;
/// Files that are gone, JSON, empty, hostile by name, of another size than told, hidden from customers.
pub(crate) const FILES: i64 = 1039;
/// Its row says it has no file; its second action has one.
pub(crate) const UNTOLD_FILE: i64 = 1040;
/// Two actions of one moment, and one that was stored late with a number out of order.
pub(crate) const OUT_OF_ORDER: i64 = 1041;
/// Closed, then opened again: has been closed and has a closing date, yet is open.
pub(crate) const REOPENED: i64 = 1042;
/// Closed in a status of the tenant's own.
pub(crate) const COMPLETED: i64 = 1043;
/// Approved by one, refused by another.
pub(crate) const APPROVALS: i64 = 1044;
/// Rated by the customer.
pub(crate) const RATED: i64 = 1045;
/// At another client than the contact's own, who is anonymised by now.
pub(crate) const AT_OTHER_CLIENT: i64 = 1046;
/// No subject.
pub(crate) const NO_SUBJECT: i64 = 1047;
/// A subject of 600 characters with a line break in it.
pub(crate) const LONG_SUBJECT: i64 = 1048;
/// No text, no action.
pub(crate) const EMPTY: i64 = 1049;
/// Tags, two of which differ by case only.
pub(crate) const TAGGED: i64 = 1050;
/// In the second step of a workflow.
pub(crate) const IN_WORKFLOW: i64 = 1051;
/// Nothing in it is for the customer but what it was opened with.
pub(crate) const NOTES_ONLY: i64 = 1052;
/// The e-mail of an action holds more than its note: the note counts.
pub(crate) const LONGER_EMAIL: i64 = 1053;
/// An action whose text is in its e-mail only.
pub(crate) const EMAIL_ONLY: i64 = 1054;
/// Somebody in the copy of the e-mails.
pub(crate) const COPIED: i64 = 1055;
/// A merged client: `people::MERGED_CLIENT` is named by this ticket only.
pub(crate) const OF_MERGED_CLIENT: i64 = 1056;
/// With `vanishing`: in lists, and 404 when it is asked for.
pub(crate) const VANISHING: i64 = 1057;
/// Plain text only: no action has HTML.
pub(crate) const PLAIN_TEXT: i64 = 1058;
/// With `change_after_page`: written to, and closed, after it was listed as open.
pub(crate) const CLOSED_WHILE_LISTING: i64 = 1002;
/// With `change_after_page`: gone for good after it was listed.
pub(crate) const PURGED_WHILE_LISTING: i64 = 1059;
/// With `long_thread`: 5,200 actions.
pub(crate) const LONG_THREAD: i64 = 1060;
/// How many actions `LONG_THREAD` has.
pub(crate) const LONG_THREAD_ACTIONS: i64 = 5200;

/// Opportunities; the last is of a prospect who is no contact.
pub(crate) const OPPORTUNITIES: [i64; 4] = [5001, 5002, 5003, 5004];
/// A project, and a task of it.
pub(crate) const PROJECT: i64 = 5101;
pub(crate) const TASK: i64 = 5102;
