//! The ids of the tickets with a story, and what a correct migration makes of each.

/// E-mail, live chat, WhatsApp and a call, interleaved; users, a bot and the customer; a note; events. All in one thread.
pub(crate) const OMNI: i64 = 8_800_001;
/// No entry repeats the text it was opened with: the ticket's own text is the first message.
pub(crate) const NO_OPENING: i64 = 8_800_002;
/// An entry names an e-mail that is not there: its own text is all there is.
pub(crate) const EMAIL_GONE: i64 = 8_800_003;
/// Merged into `MERGED_INTO`, as a sentence in Turkish tells; stays as a closed ticket.
pub(crate) const MERGED: i64 = 8_800_004;
pub(crate) const MERGED_INTO: i64 = 8_800_005;
/// The same, in English.
pub(crate) const MERGED_IN_ENGLISH: i64 = 8_800_006;
/// A customer writes the sentence of a merge: not merged.
pub(crate) const QUOTES_A_MERGE: i64 = 8_800_007;
/// Merged into a ticket that is not there.
pub(crate) const MERGED_INTO_NONE: i64 = 8_800_008;
pub(crate) const WITHOUT_PRIORITY: i64 = 8_800_009;
pub(crate) const WITHOUT_COMPANY: i64 = 8_800_010;
/// Its company is not there.
pub(crate) const OF_LOST_COMPANY: i64 = 8_800_011;
/// Its contact is not there.
pub(crate) const OF_GONE_CONTACT: i64 = 8_800_012;
/// `contactId` is null; the e-mail says who it was.
pub(crate) const WITHOUT_CONTACT: i64 = 8_800_013;
/// Assigned to, and answered by, a user who is not there any more.
pub(crate) const OF_GONE_USER: i64 = 8_800_014;
/// Assigned to, and answered by, a user who is not active any more.
pub(crate) const OF_DEPARTED: i64 = 8_800_015;
/// The first of two owners has it.
pub(crate) const OF_TWO_OWNERS: i64 = 8_800_016;
pub(crate) const UNASSIGNED: i64 = 8_800_017;
/// One ticket for each `body::SHAPES`, in that order; every text in it has that shape.
pub(crate) const SHAPES: [i64; 7] = [8_800_018, 8_800_019, 8_800_020, 8_800_021, 8_800_022, 8_800_023, 8_800_024];
/// Pictures in the text by links of the file store; the second is gone.
pub(crate) const INLINE_IMAGES: i64 = 8_800_025;
/// Files that are gone, empty, hostile by name, of one name.
pub(crate) const FILES: i64 = 8_800_026;
/// A log of 300 entries.
pub(crate) const LONG_THREAD: i64 = 8_800_027;
/// Asked by the two contacts of one e-mail address.
pub(crate) const OF_TWINS: [i64; 2] = [8_800_028, 8_800_029];
pub(crate) const OF_CONTACT_WITHOUT_EMAIL: i64 = 8_800_030;
/// Asked by a contact without name, address and telephone.
pub(crate) const OF_NAMELESS: i64 = 8_800_031;
/// Closed, and its stage is "Beklemede": two axes.
pub(crate) const STAGE_AGAINST_STATUS: i64 = 8_800_032;
/// Pipeline and stage are not there any more.
pub(crate) const OF_LOST_STAGE: i64 = 8_800_033;
/// Two entries of one moment, and one that was stored late with a number out of order.
pub(crate) const OUT_OF_ORDER: i64 = 8_800_034;
/// Its log names a room of 120 days ago.
pub(crate) const OF_OLD_CHAT: i64 = 8_800_035;
/// Its log names a room that is not there, whatever is kept.
pub(crate) const OF_PURGED_CHAT: i64 = 8_800_036;
/// No text of its own: the chat is all there is.
pub(crate) const CHAT_ONLY: i64 = 8_800_037;
/// A room tells that it is this ticket's; the log does not tell the room.
pub(crate) const OF_UNTOLD_ROOM: i64 = 8_800_038;
/// A call tells that it is this ticket's; the log does not tell the call.
pub(crate) const OF_UNTOLD_CALL: i64 = 8_800_039;
/// A call that nobody answered.
pub(crate) const OF_MISSED_CALL: i64 = 8_800_040;
/// A call whose recording is gone.
pub(crate) const OF_LOST_RECORDING: i64 = 8_800_041;
/// A value in every property, and one whose definition is gone.
pub(crate) const EVERY_PROPERTY: i64 = 8_800_042;
/// Two service levels were missed.
pub(crate) const BREACHED: i64 = 8_800_043;
/// Rated by the customer.
pub(crate) const RATED: i64 = 8_800_044;
/// Status 9, priority 7 and source `kiosk` are none that are known.
pub(crate) const OF_UNKNOWN_CODES: i64 = 8_800_045;
/// No subject, no text, no log.
pub(crate) const EMPTY: i64 = 8_800_046;
/// Its e-mails have no HTML; others are in copy.
pub(crate) const TEXT_ONLY: i64 = 8_800_047;
/// Somebody who is no contact answers.
pub(crate) const OF_OUTSIDER: i64 = 8_800_048;
/// Written to by `changes::while_listing`.
pub(crate) const CHANGED_WHILE_LISTING: i64 = 8_800_049;
/// Deleted by `changes::while_listing`.
pub(crate) const DELETED_WHILE_LISTING: i64 = 8_800_050;
/// Its subject holds HTML, İ, ı and a quote.
pub(crate) const SUBJECT: i64 = 8_800_051;
/// Nobody but agents wrote after the opening.
pub(crate) const NOTES_ONLY: i64 = 8_800_052;
/// Was closed, and is open.
pub(crate) const REOPENED: i64 = 8_800_053;
/// Its contact's company is another than its own.
pub(crate) const OF_OTHER_COMPANY: i64 = 8_800_054;
/// A ticket that another says it was merged into; there is none.
pub(crate) const NOWHERE: i64 = 8_899_999;
