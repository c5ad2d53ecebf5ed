//! Counters for operators. Names are part of the interface: they do not change once released.

use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

/// Everything counted.
#[derive(Default)]
pub(crate) struct Metrics {
    /// `linli_connections`: phones connected now.
    pub(crate) connections: Gauge,
    /// `linli_batches_acknowledged_total`.
    pub(crate) acknowledged: Counter,
    /// `linli_batches_refused_total`.
    pub(crate) refused: Counter,
    /// `linli_frames_malformed_total`.
    pub(crate) malformed: Counter,
    /// `linli_log_newest`: id of the newest durable batch.
    pub(crate) durable: Gauge,
    /// `linli_model_applied`: id of the newest batch in the read models.
    pub(crate) applied: Gauge,
}

impl Metrics {
    /// The Prometheus text format.
    pub(crate) fn text(&self) -> String {
        let mut registry = Registry::with_prefix("linli");
        registry.register("connections", "Phones connected now", self.connections.clone());
        registry.register("batches_acknowledged", "Batches made durable", self.acknowledged.clone());
        registry.register("batches_refused", "Batches not taken", self.refused.clone());
        registry.register("frames_malformed", "Frames that could not be read", self.malformed.clone());
        registry.register("log_newest", "Id of the newest durable batch", self.durable.clone());
        registry.register("model_applied", "Id of the newest batch in the read models", self.applied.clone());
        let mut text = String::new();
        // Writing into a String cannot fail.
        let _ = encode(&mut text, &registry);
        text
    }
}
