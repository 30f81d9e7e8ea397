use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::platform::Services;

/// Whether the process is alive: says nothing of its neighbours.
pub(super) async fn healthz() -> Json<Value> {
    Json(json!({ "status": "ok" }))
}

/// Whether this process should get requests: the database answers, its schema is ours, and we are not going down. Redis is
/// reported; without it shops go on selling.
pub(super) async fn readyz(State(services): State<Services>) -> (StatusCode, Json<Value>) {
    let database = services.db.ping().await.is_ok();
    let schema = database && services.db.schema_is_current().await.unwrap_or(false);
    let redis = services.redis.ping().await.is_ok();
    let stopping = services.shutdown.has_begun();
    let ready = database && schema && !stopping;
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let body = json!({ "status": if ready { "ready" } else { "not ready" }, "database": database, "schema": schema, "redis": redis, "stopping": stopping });
    (status, Json(body))
}
