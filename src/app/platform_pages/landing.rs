use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Serialize;

use super::page::Visit;
use crate::platform::http::Problem;
use crate::tenancy::{Directory, ShopStatus};

/// The shops that come with the product, for a visitor to step into where they are.
const DEMOS: [&str; 2] = ["demo", "roastery"];

#[derive(Serialize)]
struct Landing {
    demos: Vec<Demo>,
}

#[derive(Serialize)]
struct Demo {
    name: String,
    url: String,
}

pub(super) async fn show(State(directory): State<Directory>, visit: Visit) -> Result<Response, Problem> {
    let mut demos = Vec::new();
    for handle in DEMOS {
        if let Some(shop) = directory.by_handle(handle).await?.filter(|shop| shop.status == ShopStatus::Active) {
            demos.push(Demo { name: shop.name.clone(), url: shop.url.clone() });
        }
    }
    Ok(visit.page(StatusCode::OK, "platform/landing.html", &Landing { demos }))
}
