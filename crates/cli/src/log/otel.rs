//! Spans, sent over OTLP: requests and the commits they ask for.

use opentelemetry::trace::TracerProvider as _;
use opentelemetry_otlp::{SpanExporter, WithExportConfig as _};
use opentelemetry_sdk::{
    Resource,
    trace::{Sampler, SdkTracerProvider},
};
use tracing_subscriber::{Layer as _, filter::Targets};

use super::listener::Listener;
use crate::config::TelemetrySettings;

/// What sends spans, until it is dropped.
pub(super) struct Traces(SdkTracerProvider);

/// What is sent: every request and every commit, whatever the log on stderr holds.
const SPANS: &str = "portcullis::requests=debug,portcullis::operations=info";

impl Traces {
    /// Begins to send, where it is said where to.
    pub(super) fn start(settings: &TelemetrySettings) -> Result<Option<Self>, String> {
        let Some(endpoint) = &settings.otlp_endpoint.value else {
            return Ok(None);
        };
        let source = &settings.otlp_endpoint.source;
        let exporter = SpanExporter::builder().with_http().with_endpoint(endpoint);
        let exporter = exporter
            .build()
            .map_err(|error| format!("{source}: `telemetry.otlp_endpoint`: {error}"))?;
        let sampler = Sampler::TraceIdRatioBased(settings.trace_sample.value.0);
        let resource = Resource::builder()
            .with_service_name("portcullis")
            .with_attribute(version());
        let provider = SdkTracerProvider::builder()
            .with_batch_exporter(exporter)
            .with_sampler(Sampler::ParentBased(Box::new(sampler)))
            .with_resource(resource.build());
        Ok(Some(Self(provider.build())))
    }

    pub(super) fn listener(&self) -> Listener {
        let spans: Targets = SPANS.parse().unwrap_or_default();
        let tracer = self.0.tracer("portcullis");
        let layer = tracing_opentelemetry::layer().with_tracer(tracer);
        layer.with_filter(spans).boxed()
    }
}

fn version() -> opentelemetry::KeyValue {
    opentelemetry::KeyValue::new("service.version", env!("CARGO_PKG_VERSION"))
}

impl Drop for Traces {
    fn drop(&mut self) {
        if let Err(error) = self.0.shutdown() {
            eprintln!("the last spans could not be sent: {error}");
        }
    }
}
