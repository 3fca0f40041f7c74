//! The shapes in which Halo says no: there is no standard one.

use std::time::Duration;

use serde_json::json;

use super::super::switches::Rate;
use super::reply::Reply;

/// Too many calls; one is granted again after this long.
pub(crate) fn over_quota(rate: &Rate, free: Duration) -> Reply {
    let text =
        format!("API calls quota exceeded! Maximum admitted {} per rolling {} minutes.", rate.calls, rate.seconds / 60);
    let refusal = Reply::text(429, &text);
    if rate.retry_after { refusal.with("retry-after", (free.as_secs() + 1).to_string()) } else { refusal }
}

/// An id that is not there, or that the agent has no access to: the endpoint decides the shape.
pub(crate) fn not_found(endpoint: &str) -> Reply {
    match endpoint {
        "tickets" | "opportunities" | "projects" => {
            Reply::refusal(404, &json!("Ticket not found, or you do not have access"))
        }
        "client" | "site" => Reply::refusal(404, &json!({"Message": "The requested record does not exist"})),
        "users" => Reply::refusal(404, &json!({"error": {"code": 404, "error_description": "User not found"}})),
        "attachment" => {
            Reply::refusal(404, &json!({"ClassName": "System.IO.FileNotFoundException", "Message": "File not found"}))
        }
        "actions" => Reply::refusal(404, &json!({"resultCode": 404, "errorMessage": "Action not found"})),
        "kbarticle" => Reply::refusal(404, &json!({"kbentry": "not found"})),
        "agent" | "team" | "asset" => Reply::refusal(404, &json!({"error": "not found"})),
        _ => Reply::empty(404),
    }
}

/// A parameter that does not hold what it should.
pub(crate) fn invalid(name: &str, value: &str) -> Reply {
    Reply::refusal(
        400,
        &json!({"error": "invalid_request", "error_description": format!("{name}: '{value}' is not valid")}),
    )
}
