//! A call that is refused: HTTP status and the `error.list` body.

use serde_json::{Value, json};

/// One refused call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) status: u16,
    pub(crate) code: &'static str,
    pub(crate) message: String,
}

impl Refusal {
    pub(crate) fn new(status: u16, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into() }
    }

    /// 400: a field has a value it must not have.
    pub(crate) fn invalid(message: impl Into<String>) -> Self {
        Self::new(400, "parameter_invalid", message)
    }

    /// 400: a required field is missing.
    pub(crate) fn missing(message: impl Into<String>) -> Self {
        Self::new(400, "parameter_not_found", message)
    }

    /// 404 `not_found`.
    pub(crate) fn not_found(message: impl Into<String>) -> Self {
        Self::new(404, "not_found", message)
    }

    /// 404 for a contact.
    pub(crate) fn no_contact() -> Self {
        Self::not_found("User Not Found")
    }

    /// 410 for a contact that is now another one.
    pub(crate) fn merged_contact() -> Self {
        Self::new(410, "contact_merged", "Contact has been merged")
    }

    /// 404 for everything that has no better words.
    pub(crate) fn no_resource() -> Self {
        Self::not_found("Resource Not Found")
    }

    /// 404 for a company.
    pub(crate) fn no_company() -> Self {
        Self::new(404, "company_not_found", "Company Not Found")
    }

    /// 404 for the teammate named by `admin_id`.
    pub(crate) fn no_admin() -> Self {
        Self::new(404, "admin_not_found", "Admin for admin_id not found")
    }

    /// The body Intercom sends.
    pub(crate) fn body(&self, request_id: &str) -> Value {
        json!({
            "type": "error.list",
            "request_id": request_id,
            "errors": [{ "code": self.code, "message": self.message }],
        })
    }
}
