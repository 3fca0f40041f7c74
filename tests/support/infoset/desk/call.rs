//! Calls and their recordings.

use super::body::Body;
use super::file::{File, Kind};
use super::moment::Moment;

/// A call.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Call {
    pub(crate) id: i64,
    pub(crate) inbound: bool,
    pub(crate) from: String,
    pub(crate) to: String,
    pub(crate) start: Moment,
    /// Seconds.
    pub(crate) duration: i64,
    pub(crate) user: Option<i64>,
    pub(crate) contact: Option<i64>,
    pub(crate) ticket: Option<i64>,
    pub(crate) queue: &'static str,
    /// `answered`, `missed` or `voicemail`.
    pub(crate) disposition: &'static str,
    /// What the agent wrote of it.
    pub(crate) notes: Body,
    pub(crate) recording: Option<File>,
}

/// In the thread of `story::OMNI`.
pub(crate) const OMNI_CALL: i64 = 9_900_001;
/// Tells its ticket; the ticket's log does not tell the call.
pub(crate) const UNTOLD_CALL: i64 = 9_900_002;
/// Nobody answered: neither user nor recording.
pub(crate) const MISSED: i64 = 9_900_003;
/// Its recording is gone.
pub(crate) const RECORDING_GONE: i64 = 9_900_004;
/// Of nobody known and of no ticket.
pub(crate) const OF_STRANGER: i64 = 9_900_005;
/// By a user who is gone, to the outside.
pub(crate) const BY_GONE_USER: i64 = 9_900_006;
/// The first call without a story.
pub(crate) const FIRST_BULK_CALL: i64 = 9_910_001;

/// A call that was answered and recorded.
pub(crate) fn call(id: i64, start: Moment) -> Call {
    Call {
        id,
        inbound: true,
        from: "+905321234567".into(),
        to: "+908501234567".into(),
        start,
        duration: 30 + id % 500,
        user: Some(super::staff::MEHMET),
        contact: Some(super::people::AYSE),
        ticket: None,
        queue: "Destek Hattı",
        disposition: "answered",
        notes: Body::saying(&format!("C{id}z"), "Müşteri aradı, bilgi verildi."),
        recording: Some(File { id, name: format!("{id}.mp3"), kind: Kind::Recording }),
    }
}
