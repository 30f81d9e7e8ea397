//! What the three pages share.

use axum::response::Response;
use serde::Serialize;

use crate::backoffice::form::{field_of, mendable};
use crate::backoffice::lists::Filters;
use crate::backoffice::visit::Visit;
use crate::catalog::{CatalogError, ListFilter};
use crate::kernel::Status;
use crate::platform::ShopTx;
use crate::platform::http::{FlashKind, Problem};
use crate::platform::pages::FormState;

/// Which records the list shows.
#[derive(Debug, Serialize)]
pub(super) struct Shown {
    status: String,
}

impl Shown {
    pub(super) fn of(asked: &Filters) -> Self {
        Self { status: asked.one_of("status", &["deleted"]) }
    }

    pub(super) fn filter(&self) -> ListFilter {
        ListFilter { status: (self.status == "deleted").then_some(Status::Deleted), q: None }
    }
}

/// The record in the form.
#[derive(Debug, Serialize)]
pub(super) struct Editing {
    pub(super) id: String,
    pub(super) name: String,
}

/// What became of a form that was sent: the page to go on to, or the form again with what is wrong.
pub(super) enum Outcome {
    Done(Response),
    Refused(Box<Visit>, FormState),
}

/// Commits what was done; else says on the form what is wrong, a slug or code that is another's beside its field.
pub(super) async fn settle<T>(
    visit: Visit,
    tx: ShopTx,
    result: Result<T, CatalogError>,
    state: FormState,
    (list, done): (&str, &str),
) -> Result<Outcome, Problem> {
    match result {
        Ok(_) => {
            tx.commit().await?;
            Ok(Outcome::Done(visit.done(list, done)))
        }
        Err(error) => {
            let problem = mendable(error)?;
            let fields = ["name", "slug", "parent_id", "code", "phone", "email", "address"];
            let state = state.refused(&problem, visit.lang, |pointer| field_of(pointer, &fields));
            Ok(Outcome::Refused(Box::new(visit.answering(problem.status())), state))
        }
    }
}

/// Commits an act without a form and goes back to the list; what stands against it is said there.
pub(super) async fn act<T>(visit: Visit, tx: ShopTx, result: Result<T, CatalogError>, list: &str, done: &str) -> Result<Response, Problem> {
    match result {
        Ok(_) => {
            tx.commit().await?;
            Ok(visit.done(list, done))
        }
        Err(error) => {
            let problem = mendable(error)?;
            Ok(visit.go_saying(list, FlashKind::Bad, &format!("problem.{}.detail", problem.code())))
        }
    }
}
