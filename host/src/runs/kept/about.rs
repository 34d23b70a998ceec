//! What a kept run is, in the words of its manifest and its summary.

use std::path::Path;

use serde::Deserialize;
use serde_json::Value;

use super::KeptError;
use crate::domain::{Cash, ParameterValue, Timestamp};

/// What was run on what, and the main figures.
#[derive(Debug, Clone, PartialEq)]
pub struct About {
    /// Name of the strategy.
    pub strategy: String,
    /// Its version.
    pub version: String,
    /// SHA-256 of the component.
    pub component: String,
    /// Fingerprint of the candles.
    pub dataset: String,
    /// Where they were recorded.
    pub venue: String,
    /// What was traded, as tables name it: with the venue where two instruments share a symbol.
    pub symbols: Vec<String>,
    /// Start of the period.
    pub start: Timestamp,
    /// Its end, excluded.
    pub end: Timestamp,
    /// The preset of rules.
    pub profile: String,
    /// All parameters as they were used.
    pub parameters: Vec<(String, ParameterValue)>,
    /// Money at the start.
    pub starting_balance: f64,
    /// Currency of the account.
    pub currency: String,
    /// Version of the host that made it.
    pub host_version: String,
    /// Digest of the configuration, hexadecimal.
    pub configuration_digest: String,
    /// Fingerprint of the records, hexadecimal.
    pub fingerprint: String,
    /// Fingerprint of what the strategy showed, hexadecimal.
    pub telemetry_fingerprint: String,
    /// A fraction.
    pub total_return: Option<f64>,
    /// Annualised.
    pub sharpe: Option<f64>,
    /// The same per day.
    pub sharpe_per_day: Option<f64>,
    /// A negative fraction.
    pub max_drawdown: Option<f64>,
    /// Closed positions.
    pub trades: u64,
}

#[derive(Deserialize)]
struct ManifestJson {
    host_version: String,
    configuration_digest: String,
    fingerprint: String,
    telemetry_fingerprint: String,
    configuration: ConfigurationJson,
}

#[derive(Deserialize)]
struct ConfigurationJson {
    component: ComponentJson,
    parameters: Vec<ParameterJson>,
    instruments: Vec<InstrumentJson>,
    profile: ProfileJson,
    dataset: DatasetJson,
    period: PeriodJson,
    starting_balance: String,
    currency: String,
}

#[derive(Deserialize)]
struct ComponentJson {
    name: String,
    version: String,
    sha256: String,
}

#[derive(Deserialize)]
struct ParameterJson {
    name: String,
    value: ValueJson,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum ValueJson {
    Int(i32),
    Float(f64),
    Boolean(bool),
    Text(String),
}

#[derive(Deserialize)]
struct InstrumentJson {
    venue: String,
    symbol: String,
}

#[derive(Deserialize)]
struct ProfileJson {
    preset: String,
}

#[derive(Deserialize)]
struct DatasetJson {
    fingerprint: String,
    venue: String,
}

#[derive(Deserialize)]
struct PeriodJson {
    start: String,
    end: String,
}

#[derive(Deserialize)]
struct SummaryJson {
    trades: u64,
    metrics: MetricsJson,
}

#[derive(Deserialize)]
struct MetricsJson {
    total_return: Option<f64>,
    sharpe: Option<f64>,
    sharpe_per_period: Option<f64>,
    max_drawdown: Option<f64>,
}

impl About {
    /// Of the two documents of a folder.
    ///
    /// # Errors
    /// One that says less than a run of this program, or nonsense.
    pub(super) fn of(folder: &Path, manifest: &Value, summary: &Value) -> Result<Self, KeptError> {
        let wrong = |name: &str, why: String| KeptError::File {
            path: folder.join(name),
            why,
        };
        let manifest = ManifestJson::deserialize(manifest)
            .map_err(|e| wrong("manifest.json", e.to_string()))?;
        let summary =
            SummaryJson::deserialize(summary).map_err(|e| wrong("summary.json", e.to_string()))?;
        let of = manifest.configuration;
        let time = |text: &str| Timestamp::parse(text).map_err(|e| wrong("manifest.json", e));
        let balance = of.starting_balance.parse::<Cash>();
        let balance = balance.map_err(|e| wrong("manifest.json", format!("starting_balance {e}")));
        Ok(Self {
            strategy: of.component.name,
            version: of.component.version,
            component: of.component.sha256,
            dataset: of.dataset.fingerprint,
            venue: of.dataset.venue,
            symbols: symbols(&of.instruments),
            start: time(&of.period.start)?,
            end: time(&of.period.end)?,
            profile: of.profile.preset,
            parameters: of.parameters.into_iter().map(parameter).collect(),
            starting_balance: balance?.to_f64(),
            currency: of.currency,
            host_version: manifest.host_version,
            configuration_digest: manifest.configuration_digest,
            fingerprint: manifest.fingerprint,
            telemetry_fingerprint: manifest.telemetry_fingerprint,
            total_return: summary.metrics.total_return,
            sharpe: summary.metrics.sharpe,
            sharpe_per_day: summary.metrics.sharpe_per_period,
            max_drawdown: summary.metrics.max_drawdown,
            trades: summary.trades,
        })
    }
}

/// The rule of `Configuration::symbol`.
fn symbols(instruments: &[InstrumentJson]) -> Vec<String> {
    let name = |named: &InstrumentJson| {
        let same = instruments.iter().filter(|i| i.symbol == named.symbol);
        if same.count() > 1 {
            format!("{}:{}", named.venue, named.symbol)
        } else {
            named.symbol.clone()
        }
    };
    instruments.iter().map(name).collect()
}

fn parameter(json: ParameterJson) -> (String, ParameterValue) {
    let value = match json.value {
        ValueJson::Int(n) => ParameterValue::Int(n),
        ValueJson::Float(x) => ParameterValue::Float(x),
        ValueJson::Boolean(b) => ParameterValue::Boolean(b),
        // A timeframe is text in the manifest, and shown the same.
        ValueJson::Text(text) => ParameterValue::Text(text),
    };
    (json.name, value)
}
