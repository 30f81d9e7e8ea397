//! Logs and figures: one line an event in a terminal, JSON elsewhere; Prometheus figures on a listener of their own.

use std::io::IsTerminal;

use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// Starts writing logs to standard error; `filter` is as in `RUST_LOG`, e.g. `info,sqlx=warn`.
///
/// # Errors
/// When the filter cannot be read or logs are already being written.
pub fn start_logs(filter: &str) -> anyhow::Result<()> {
    let filter = EnvFilter::try_new(filter)?;
    let registry = tracing_subscriber::registry().with(filter);
    if std::io::stderr().is_terminal() {
        registry.with(tracing_subscriber::fmt::layer().with_writer(std::io::stderr).compact().with_target(false)).try_init()?;
    } else {
        registry
            .with(tracing_subscriber::fmt::layer().with_writer(std::io::stderr).json().flatten_event(true).with_span_list(false))
            .try_init()?;
    }
    Ok(())
}

/// Starts counting; the handle renders what `/metrics` answers.
///
/// # Errors
/// When figures are already being counted.
pub fn start_metrics() -> anyhow::Result<PrometheusHandle> {
    let builder = PrometheusBuilder::new().set_buckets(&[0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0])?;
    Ok(builder.install_recorder()?)
}
