//! The `--json` document of `backtest`, also the run's `summary.json`. Source: `defaults.md` section 9.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use crate::domain::Timestamp;
use crate::ledger::PostingKind;
use crate::runs::{Compared, RunResult};

/// Name and version of the document.
pub const SCHEMA: &str = "backtest/1";

/// The same of a run of several strategies.
pub const SCHEMA_SEVERAL: &str = "backtest-several/1";

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
    significance: &'a Value,
    trades: usize,
    wallet: String,
    equity: String,
    fees: String,
    funding: String,
    liquidations: usize,
    ambiguous_candles: usize,
    refusals: &'a BTreeMap<&'static str, u64>,
    faults: Vec<FaultJson<'a>>,
    fingerprint: &'a str,
    report: &'a str,
    // Beyond the list of `defaults.md`: what a reader should not have to look for.
    funding_paid: String,
    funding_received: String,
    funding_substituted: u64,
    liquidation_loss: String,
    insurance: String,
    stops_behind_liquidation: usize,
    higher_tier_candles: u64,
    breaker_trips: usize,
    account_closed: Option<String>,
    mark_resolution: &'a str,
    data_flags: &'a BTreeMap<String, u64>,
    range: Option<RangeJson<'a>>,
    compared: Vec<ComparedJson<'a>>,
    doctor: &'a Value,
}

#[derive(Serialize)]
struct RangeJson<'a> {
    best: ComparedJson<'a>,
    worst: ComparedJson<'a>,
}

#[derive(Serialize)]
struct ComparedJson<'a> {
    label: &'a str,
    net_profit: String,
    equity: String,
    max_drawdown: Option<f64>,
    trades: u64,
    win_rate: Option<f64>,
    ambiguous_candles: Option<u64>,
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
    location: Option<String>,
    source_line: Option<&'a str>,
}

/// What others found out about a run, for its document.
#[derive(Debug, Clone, Copy)]
pub struct Judged<'a> {
    /// `analysis::metrics::Metrics::to_json`.
    pub metrics: &'a Value,
    /// `analysis::significance::Significance`.
    pub significance: &'a Value,
    /// The list of `analysis::doctor::Finding`.
    pub doctor: &'a Value,
}

/// The document as pretty-printed JSON with a final line break.
///
/// # Panics
/// Never: everything in it has a JSON form.
#[must_use]
pub fn document(run: &RunResult, judged: Judged<'_>, place: Place<'_>) -> String {
    pretty(&mirror(run, judged, place))
}

/// One strategy of several.
#[derive(Debug, Clone, Copy)]
pub struct Named<'a> {
    /// Its name in the run.
    pub name: &'a str,
    /// Its result.
    pub run: &'a RunResult,
    /// What others found out about it.
    pub judged: Judged<'a>,
    /// Where its own folder is.
    pub place: Place<'a>,
}

#[derive(Serialize)]
struct SeveralJson<'a> {
    schema: &'static str,
    run_id: &'a str,
    run_dir: &'a str,
    strategies: Vec<NamedJson<'a>>,
    report: &'a str,
}

#[derive(Serialize)]
struct NamedJson<'a> {
    strategy: &'a str,
    #[serde(flatten)]
    document: Document<'a>,
}

/// The document of a run of several strategies: for each its name and the document it would have alone.
///
/// # Panics
/// Never: everything in it has a JSON form.
#[must_use]
pub fn several(strategies: &[Named<'_>], place: Place<'_>) -> String {
    let strategies = strategies.iter().map(|s| NamedJson {
        strategy: s.name,
        document: mirror(s.run, s.judged, s.place),
    });
    pretty(&SeveralJson {
        schema: SCHEMA_SEVERAL,
        run_id: place.run_id,
        run_dir: place.run_dir,
        strategies: strategies.collect(),
        report: place.report,
    })
}

/// One JSON document for people and programs, with a line break at its end.
pub(crate) fn pretty(document: &impl Serialize) -> String {
    let text = serde_json::to_string_pretty(document).expect("plain values have a JSON form");
    text + "\n"
}

fn mirror<'a>(run: &'a RunResult, judged: Judged<'a>, place: Place<'a>) -> Document<'a> {
    let configuration = &run.configuration;
    let (component, dataset) = (&configuration.component, &configuration.dataset);
    let account = run.last_account();
    let observed = &run.observed;
    let funding = observed.funding_sums();
    let time = Timestamp::rfc3339;
    Document {
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
        metrics: judged.metrics,
        significance: judged.significance,
        trades: run.observed.trades.len(),
        wallet: account.wallet.to_string(),
        equity: account.equity.to_string(),
        fees: (-run.posted(PostingKind::Fee)).to_string(),
        funding: run.posted(PostingKind::Funding).to_string(),
        liquidations: observed.liquidations.len(),
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
                location: fault.location.as_ref().map(ToString::to_string),
                source_line: fault.source_line.as_deref(),
            })
            .collect(),
        fingerprint: &run.fingerprint,
        report: place.report,
        funding_paid: funding.paid.to_string(),
        funding_received: funding.received.to_string(),
        funding_substituted: funding.substituted,
        liquidation_loss: observed.liquidation_loss().to_string(),
        insurance: run.posted(PostingKind::Insurance).to_string(),
        stops_behind_liquidation: observed.stops_behind.len(),
        higher_tier_candles: run.higher_tier_candles,
        breaker_trips: observed.breakers.len(),
        account_closed: observed.account_closed.map(time),
        mark_resolution: &dataset.mark_resolution,
        data_flags: &dataset.data_flags,
        range: run.alternatives.range.as_ref().map(|range| RangeJson {
            best: compared(&range.best),
            worst: compared(&range.worst),
        }),
        compared: run.alternatives.compared.iter().map(compared).collect(),
        doctor: judged.doctor,
    }
}

fn compared(run: &Compared) -> ComparedJson<'_> {
    ComparedJson {
        label: &run.label,
        net_profit: run.net_profit.to_string(),
        equity: run.end_equity.to_string(),
        max_drawdown: run.max_drawdown,
        trades: run.trades,
        win_rate: run.win_rate,
        ambiguous_candles: run.ambiguous_candles,
    }
}
