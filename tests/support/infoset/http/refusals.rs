//! The shapes in which Infoset says no.

use std::time::Duration;

use serde_json::json;

use super::super::switches::Switches;
use super::reply::Reply;

/// A refusal with a message.
pub(crate) fn refusal(status: u16, message: &str) -> Reply {
    Reply::refusal(status, &json!({"message": message}))
}

/// A parameter that does not hold what it should.
pub(crate) fn invalid(switches: &Switches, name: &str, message: &str) -> Reply {
    if !switches.problem_details {
        return refusal(400, &format!("{name}: {message}"));
    }
    let mut reply = Reply::refusal(
        400,
        &json!({
            "type": "https://tools.ietf.org/html/rfc7231#section-6.5.1",
            "title": "One or more validation errors occurred.",
            "status": 400, "traceId": "00-5150-1", "errors": {name: [message]},
        }),
    );
    reply.headers[0].1 = "application/problem+json; charset=utf-8".into();
    reply
}

/// Nothing of this id.
pub(crate) fn not_found() -> Reply {
    refusal(404, "Kayıt bulunamadı.")
}

/// Too many calls; one is granted again after this long.
pub(crate) fn over_quota(retry_after: bool, free: Duration) -> Reply {
    let refused = refusal(429, "Too many requests.");
    if retry_after { refused.with("retry-after", (free.as_secs() + 1).to_string()) } else { refused }
}
