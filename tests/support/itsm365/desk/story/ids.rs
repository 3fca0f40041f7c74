//! Numbers of the tickets with a story.

/// Every attribute is filled, those of this tenant, too.
pub(crate) const EVERY_FIELD: i64 = 59_000_001;
/// The ticket of a mass problem, with a task, and two that hang on it.
pub(crate) const MASS_MASTER: i64 = 59_000_002;
pub(crate) const MASS_SLAVES: [i64; 2] = [59_000_003, 59_000_004];
/// Comments of all kinds, two of one moment, one without a text, one by who left, one by a role.
pub(crate) const EVERY_COMMENT: i64 = 59_000_005;
/// Solved with a text, and thanked for afterwards.
pub(crate) const THANKED: i64 = 59_000_006;
/// Closed without a text of how.
pub(crate) const CLOSED_WITHOUT_TEXT: i64 = 59_000_007;
/// Private comments only.
pub(crate) const NOTES_ONLY: i64 = 59_000_008;
/// One in each of `STATES`.
pub(crate) const IN_STATES: i64 = 59_000_011;
/// One with each of `TIMERS`.
pub(crate) const WITH_TIMERS: i64 = 59_000_021;
/// Solved in time; on the second; too late; not yet; not yet and too late; promised nothing; begun too late.
pub(crate) const MET: i64 = 59_000_031;
pub(crate) const MET_ON_TIME: i64 = 59_000_032;
pub(crate) const BREACHED: i64 = 59_000_033;
pub(crate) const IN_PROGRESS: i64 = 59_000_034;
pub(crate) const OVERDUE: i64 = 59_000_035;
pub(crate) const PROMISED_NOTHING: i64 = 59_000_036;
pub(crate) const BEGUN_LATE: i64 = 59_000_037;
/// Approvals: given, refused, asked for, refused and then given.
pub(crate) const APPROVED: i64 = 59_000_041;
pub(crate) const REFUSED: i64 = 59_000_042;
pub(crate) const ASKED: i64 = 59_000_043;
pub(crate) const ASKED_TWICE: i64 = 59_000_044;
/// With a problem that is a known error; with two problems.
pub(crate) const OF_PROBLEM: i64 = 59_000_051;
pub(crate) const OF_TWO_PROBLEMS: i64 = 59_000_052;
/// Reason of a change; result of it.
pub(crate) const BEFORE_CHANGE: i64 = 59_000_053;
pub(crate) const AFTER_CHANGE: i64 = 59_000_054;
/// With three configuration items.
pub(crate) const WITH_CIS: i64 = 59_000_055;
/// By who is only text: all of it, with the address of Ivanov in capitals, the name only, the phone only, the first again.
pub(crate) const BY_STRANGER: i64 = 59_000_061;
pub(crate) const BY_KNOWN_ADDRESS: i64 = 59_000_062;
pub(crate) const BY_NAME: i64 = 59_000_063;
pub(crate) const BY_PHONE: i64 = 59_000_064;
pub(crate) const BY_STRANGER_AGAIN: i64 = 59_000_065;
/// By nobody; by a company without a person; by an agent.
pub(crate) const BY_NOBODY: i64 = 59_000_066;
pub(crate) const BY_COMPANY: i64 = 59_000_067;
pub(crate) const BY_AGENT: i64 = 59_000_068;
/// By people who are traps: ticket `BY_TRAPS + n` is by `TRAPS[n]`.
pub(crate) const BY_TRAPS: i64 = 59_000_131;
/// Files of all kinds; pictures in texts; files of comments.
pub(crate) const EVERY_FILE: i64 = 59_000_081;
pub(crate) const PICTURES: i64 = 59_000_082;
pub(crate) const FILES_OF_COMMENTS: i64 = 59_000_083;
/// With a picture in its text that is not there.
pub(crate) const BROKEN_PICTURE: i64 = 59_000_084;
/// Plain text only; no text; no subject; a subject of several lines; text of every shape begins at the last.
pub(crate) const PLAIN_ONLY: i64 = 59_000_085;
pub(crate) const NO_TEXT: i64 = 59_000_086;
pub(crate) const NO_SUBJECT: i64 = 59_000_087;
pub(crate) const LONG_SUBJECT: i64 = 59_000_088;
pub(crate) const SHAPED: i64 = 59_000_121;
/// Archived.
pub(crate) const ARCHIVED: i64 = 59_000_091;
/// With nobody; with an agent who left; with a team only; with a team that was archived.
pub(crate) const UNASSIGNED: i64 = 59_000_092;
pub(crate) const WITH_LEFT_AGENT: i64 = 59_000_093;
pub(crate) const WITH_TEAM_ONLY: i64 = 59_000_094;
pub(crate) const WITH_ARCHIVED_TEAM: i64 = 59_000_095;
/// Edited, and purged, between two pages.
pub(crate) const EDITED_WHILE_LISTING: i64 = 59_000_101;
pub(crate) const PURGED_WHILE_LISTING: i64 = 59_000_102;
/// For `changes`: between two runs edited, commented on (its own time of change stays), purged, archived.
pub(crate) const EDITED: i64 = 59_000_103;
pub(crate) const COMMENTED: i64 = 59_000_104;
pub(crate) const PURGED: i64 = 59_000_105;
pub(crate) const ARCHIVED_LATER: i64 = 59_000_106;
/// A ticket of 600 comments, with `long_thread`.
pub(crate) const LONG_THREAD: i64 = 59_000_111;
pub(crate) const LONG_THREAD_COMMENTS: i64 = 600;
