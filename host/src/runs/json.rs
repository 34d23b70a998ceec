//! The `--json` document of `backtest`, also the run's `summary.json`. Source: `defaults.md` section 9.

use serde::Serialize;
use serde_json::Value;

use crate::domain::{Cause, Timestamp};
use crate::ledger::{PostingKind, Trade};
use crate::runs::RunResult;

/// Name and version of the document.
pub const SCHEMA: &str = "backtest/1";

/// Where a run is kept. The only names in the document that are not a function of the run.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// The run's id.
    pub run_id: &'a str,
    /// Its folder.
    pub run_dir: &'a str,
    /// Its report.
    pub report: &'a str,
}

#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    run_id: &'a str,
    run_dir: &'a str,
    component: ComponentJson<'a>,
    profile: &'a str,
    dataset: DatasetJson<'a>,
    period: PeriodJson,
    candles_per_second: Option<f64>,
    engine_seconds: f64,
    load_seconds: f64,
    metrics: &'a Value,
    trades: usize,
    wallet: String,
    equity: String,
    fees: String,
    funding: String,
    liquidations: usize,
    ambiguous_candles: usize,
    refusals: &'a std::collections::BTreeMap<&'static str, u64>,
    faults: Vec<FaultJson<'a>>,
    fingerprint: &'a str,
    report: &'a str,
}

#[derive(Serialize)]
struct ComponentJson<'a> {
    name: &'a str,
    version: &'a str,
    sha256: &'a str,
}

#[derive(Serialize)]
struct DatasetJson<'a> {
    fingerprint: &'a str,
    coverage: f64,
    gaps: usize,
    market: &'a str,
    r#as: Option<&'a str>,
}

#[derive(Serialize)]
struct PeriodJson {
    start: String,
    end: String,
    candles: u64,
}

#[derive(Serialize)]
struct FaultJson<'a> {
    strategy: &'a str,
    version: &'a str,
    time: String,
    cause: &'static str,
    message: &'a str,
}

/// The document as pretty-printed JSON with a final line break. `metrics` is `analysis::metrics::Metrics::to_json`.
///
/// # Panics
/// Never: everything in it has a JSON form.
#[must_use]
pub fn document(run: &RunResult, metrics: &Value, place: Place<'_>) -> String {
    let configuration = &run.configuration;
    let (component, dataset) = (&configuration.component, &configuration.dataset);
    let account = run.last_account();
    let time = Timestamp::rfc3339;
    let document = Document {
        schema: SCHEMA,
        run_id: place.run_id,
        run_dir: place.run_dir,
        component: ComponentJson {
            name: &component.name,
            version: &component.version,
            sha256: &component.sha256,
        },
        profile: &configuration.profile.preset,
        dataset: DatasetJson {
            fingerprint: &dataset.fingerprint,
            coverage: dataset.coverage,
            gaps: dataset.gaps.len(),
            market: &dataset.market,
            r#as: dataset.traded_as.as_deref(),
        },
        period: PeriodJson {
            start: time(configuration.period.start),
            end: time(configuration.period.end),
            candles: configuration.period.candles,
        },
        candles_per_second: run.timings.candles_per_second(configuration.period.candles),
        engine_seconds: run.timings.engine_seconds,
        load_seconds: run.timings.load_seconds,
        metrics,
        trades: run.observed.trades.len(),
        wallet: account.wallet.to_string(),
        equity: account.equity.to_string(),
        fees: (-run.posted(PostingKind::Fee)).to_string(),
        funding: run.posted(PostingKind::Funding).to_string(),
        liquidations: liquidations(run),
        ambiguous_candles: run.observed.ambiguous.len(),
        refusals: &run.observed.refusals,
        faults: run
            .observed
            .faults
            .iter()
            .map(|fault| FaultJson {
                strategy: &component.name,
                version: &component.version,
                time: time(fault.time),
                cause: fault.cause.name(),
                message: &fault.message,
            })
            .collect(),
        fingerprint: &run.fingerprint,
        report: place.report,
    };
    let text = serde_json::to_string_pretty(&document).expect("plain values have a JSON form");
    text + "\n"
}

/// Positions the exchange took away.
fn liquidations(run: &RunResult) -> usize {
    let by_liquidation = |t: &&Trade| t.exit_cause == Cause::Liquidation;
    run.observed.trades.iter().filter(by_liquidation).count()
}
