//! Keys of forms that move stock: a form sent twice is carried out once.

use axum::http::StatusCode;

use super::visit::Visit;
use crate::kernel::{AdjustmentId, Id};
use crate::platform::http::{IdempotencyKey, Problem};
use crate::platform::pages::Fields;

/// A key for a form that is drawn now.
pub(super) fn fresh_key(visit: &Visit) -> String {
    // Any kind's id will do: it is unique, and its time comes from the server's clock.
    AdjustmentId::new_at(visit.services.clock.now()).to_string()
}

/// The key that a form brings. One that no form of ours wrote counts as none.
pub(super) fn key_of(fields: &Fields) -> IdempotencyKey {
    let key = fields.get("idempotency_key");
    let ours = key.len() <= 64 && key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    IdempotencyKey::given(if ours { key.to_owned() } else { String::new() })
}

/// What is wrong, in words for a person: of keys they know nothing.
pub(super) fn in_words(visit: &Visit, problem: &Problem) -> Option<String> {
    (problem.code() == "idempotency-key-reused").then(|| visit.text("admin.form.sent_before"))
}

/// The key to draw a refused form with. What was refused left no trace, so the same key is good again; one that stands for another
/// form (somebody went back, changed it and sent it anew) is not.
pub(super) fn key_after(visit: &Visit, fields: &Fields, problem: &Problem) -> String {
    let spent = problem.status() == StatusCode::UNPROCESSABLE_ENTITY && problem.code() == "idempotency-key-reused";
    let key = fields.get("idempotency_key");
    if spent || key.is_empty() { fresh_key(visit) } else { key.to_owned() }
}
