//! The HTTP shell: what every handler of every audience shares.
//!
//! Promises that each answer that is not a success is a problem (RFC 9457) with a stable code and texts in the visitor's language;
//! that a body is read whole, once, within a limit, and refuses fields nobody asked for; that a write goes on to its end whether
//! or not the client waits for it. Pages draw the same problems as pages. To add a problem code: a constructor call with the code
//! and its texts in `templates/locales/*/problems.toml` (a test holds the two together).

mod etag;
mod extract;
mod host;
mod idempotency;
mod limits;
mod page;
mod problem;
mod reply;
mod shell;

pub use etag::{IfMatch, etag_of};
pub use extract::{Body, ClientIp, PathParam, QueryParams, RequestId, RequestLang};
pub use host::{HostName, host_of};
pub use idempotency::{Answer, Claim, IdempotencyKey, Once};
pub use limits::{Limit, RateLimit};
pub use page::{Flash, FlashKind, FlashTo, LANG_COOKIE, page_lang};
pub use problem::{Problem, ProblemBody, ProblemField};
pub use reply::{Created, Listed, ListedWith, NoContent, Tagged};
pub use shell::{detach_writes, observe, problem_of, render_problems};
