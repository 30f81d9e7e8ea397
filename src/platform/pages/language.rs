use axum::extract::State;

use super::cookie::cookie;
use super::{Fields, SeeOther, local_path};
use crate::platform::Services;
use crate::platform::http::LANG_COOKIE;
use crate::platform::i18n::Lang;

const YEAR: u32 = 365 * 24 * 3600;

/// `POST /language`: remembers the language `lang` and goes back to the page `back`.
pub async fn switch_language(State(services): State<Services>, fields: Fields) -> SeeOther {
    let back = local_path(fields.get("back")).unwrap_or("/");
    let chosen = fields.get("lang").parse::<Lang>().ok();
    SeeOther::to(back).cookie(chosen.and_then(|lang| cookie(&services, LANG_COOKIE, lang.as_str(), YEAR)))
}
