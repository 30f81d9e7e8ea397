use axum::http::StatusCode;
use axum::response::Response;

use super::levels::{draw, find_stock};
use crate::backoffice::amounts::whole;
use crate::backoffice::form::{mendable, message};
use crate::backoffice::lists::Filters;
use crate::backoffice::once::{in_words, key_after, key_of};
use crate::backoffice::visit::Visit;
use crate::identity::Staff;
use crate::identity::permissions::StockWrite;
use crate::inventory::{AdjustmentInput, AdjustmentLineInput, adjust_stock};
use crate::kernel::{Flaw, VariantId};
use crate::platform::http::{Once, Problem};
use crate::platform::pages::{Fields, FormState, local_path};

/// Changes the stock of one variant by hand.
pub(in crate::backoffice) async fn adjust(visit: Visit, staff: Staff<StockWrite>, fields: Fields) -> Result<Response, Problem> {
    let back = back_to(fields.get("back")).to_owned();
    let id: VariantId = fields.get("variant_id").parse().map_err(|_| Problem::not_found())?;
    let delta = whole(fields.get("delta")).and_then(|delta| delta.ok_or_else(|| Flaw::new("required")));
    let line = AdjustmentLineInput {
        variant_id: id,
        location_id: None,
        // 0 is refused too, so that what is no number is refused together with a reason that is missing.
        delta: delta.as_ref().copied().unwrap_or_default(),
        reason: fields.get("reason").to_owned(),
    };
    let mut tx = visit.begin().await?;
    find_stock(&mut tx, id).await?.ok_or_else(Problem::not_found)?;
    let actor = staff.actor();
    let problem = match Once::claim(&mut tx, key_of(&fields), actor.key(), "POST /stock/adjustments", fields.hash()).await {
        Ok(Once::Again(_)) => return Ok(visit.done(back, "stock_adjusted")),
        Ok(Once::First(claim)) => match adjust_stock(&mut tx, &AdjustmentInput { lines: vec![line] }, &actor).await {
            Ok(done) => {
                claim.keep(&mut tx, StatusCode::CREATED, &done).await?;
                tx.commit().await?;
                return Ok(visit.done(back, "stock_adjusted"));
            }
            Err(error) => mendable(error)?,
        },
        Err(problem) => mendable(problem)?,
    };
    drop(tx);
    let mut state = FormState::filled(fields.entered(&["delta", "reason"]));
    if let Err(flaw) = delta {
        state.errors.insert("delta".to_owned(), message(visit.lang, flaw));
    }
    let mut state = refused(state, &problem, &visit);
    if let Some(words) = in_words(&visit, &problem) {
        state.errors.insert("form".to_owned(), words);
    }
    let key = key_after(&visit, &fields, &problem);
    let visit = visit.at(back).answering(problem.status());
    let asked = Filters::of(&visit.path);
    let mut tx = visit.begin().await?;
    let adjusting = find_stock(&mut tx, id).await?;
    draw(&visit, &mut tx, &staff, &asked, adjusting, key, state).await
}

/// The one line's flaws, at the fields it was made of. That the units are promised is said at their number.
fn refused(mut state: FormState, problem: &Problem, visit: &Visit) -> FormState {
    if problem.code() == "stock-reserved" {
        state.errors.insert("delta".to_owned(), problem.detail(visit.lang));
        return state;
    }
    state.refused(problem, visit.lang, |pointer| pointer.strip_prefix("/lines/0/").map(str::to_owned))
}

/// The page of the list on which the form stood.
fn back_to(back: &str) -> &str {
    let path = back.split('?').next().unwrap_or_default();
    local_path(back).filter(|_| path == "/admin/stock").unwrap_or("/admin/stock")
}

#[cfg(test)]
mod tests {
    use super::back_to;

    #[test]
    fn the_way_back_is_the_list_of_stock() {
        assert_eq!(back_to("/admin/stock?q=%C3%A1o&page=2"), "/admin/stock?q=%C3%A1o&page=2");
        for elsewhere in ["", "/admin/stocks", "//evil.example/admin/stock", "/admin/stock/../orders", "https://evil.example"] {
            assert_eq!(back_to(elsewhere), "/admin/stock", "{elsewhere}");
        }
    }
}
