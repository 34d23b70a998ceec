//! `manifest.json`: what was run on what, by whom, with which rules. The same bytes for the same run.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::domain::{Instrument, InstrumentKind, ParameterValue, PriceRule};
use crate::runs::json::pretty;
use crate::runs::{Configuration, MarketEvent, MarketEventKind, Period, RunResult};

/// Name and version of the document.
pub const SCHEMA: &str = "run-manifest/2";

#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    host_version: &'a str,
    runtime_version: &'a str,
    configuration_digest: String,
    fingerprint: &'a str,
    telemetry_fingerprint: &'a str,
    configuration: ConfigurationJson<'a>,
}

/// The field order is part of the digest: append, never reorder (`docs/run-folder.md`).
#[derive(Serialize)]
struct ConfigurationJson<'a> {
    component: ComponentJson<'a>,
    parameters: Vec<ParameterJson<'a>>,
    instruments: Vec<InstrumentJson<'a>>,
    timeframes: Vec<&'static str>,
    profile: ProfileJson<'a>,
    limits: Vec<LimitJson<'a>>,
    dataset: DatasetJson<'a>,
    period: PeriodJson,
    seed: u64,
    starting_balance: String,
    currency: &'a str,
    leverage: String,
    on_fault: &'static str,
    use_history: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    called: Option<&'a str>,
    #[serde(flatten)]
    shared: Option<SharedJson>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    events: Vec<EventJson>,
}

/// A delisting or a halt.
#[derive(Serialize)]
struct EventJson {
    symbol: String,
    #[serde(flatten)]
    kind: EventKindJson,
}

#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum EventKindJson {
    Delisted { at: String, price: Option<String> },
    Halted { from: String, to: String },
}

/// Absent where a strategy has an account of its own.
#[derive(Serialize)]
struct SharedJson {
    account: &'static str,
    weight: String,
    wallet: String,
}

#[derive(Serialize)]
struct ComponentJson<'a> {
    name: &'a str,
    version: &'a str,
    sha256: &'a str,
    bytes: u64,
    language: Option<&'a str>,
    contract: &'a str,
}

#[derive(Serialize)]
struct ParameterJson<'a> {
    name: &'a str,
    value: ValueJson<'a>,
    overridden: bool,
}

#[derive(Serialize)]
#[serde(untagged)]
enum ValueJson<'a> {
    Int(i32),
    Float(f64),
    Boolean(bool),
    Text(&'a str),
}

#[derive(Serialize)]
struct InstrumentJson<'a> {
    venue: &'a str,
    symbol: &'a str,
    venue_symbol: &'a str,
    base: &'a str,
    quote: &'a str,
    settle: &'a str,
    kind: &'static str,
    tick: String,
    step: String,
    min_qty: String,
    max_qty: Option<String>,
    min_notional: String,
    price_band: Option<String>,
    maker_fee: String,
    taker_fee: String,
    tiers: Vec<TierJson>,
    assumed: bool,
    #[serde(flatten)]
    told: Option<ToldJson<'a>>,
}

/// What the manifest tells of an instrument beside what is in the digest.
#[derive(Serialize)]
struct ToldJson<'a> {
    trigger_by: &'static str,
    price_rule: String,
    tiers_as_of: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rules_from: Option<&'a str>,
    expires_at: Option<String>,
}

#[derive(Serialize)]
struct TierJson {
    floor: String,
    cap: String,
    maintenance_rate: String,
    max_leverage: String,
    maintenance_amount: String,
}

#[derive(Serialize)]
struct ProfileJson<'a> {
    preset: &'a str,
    knobs: Vec<KnobJson<'a>>,
    active: &'a [String],
    inactive: &'a [String],
}

#[derive(Serialize)]
struct KnobJson<'a> {
    key: &'a str,
    value: &'a str,
    overridden: bool,
}

#[derive(Serialize)]
struct LimitJson<'a> {
    name: &'a str,
    value: &'a str,
}

#[derive(Serialize)]
struct DatasetJson<'a> {
    fingerprint: &'a str,
    venue: &'a str,
    market: &'a str,
    r#as: Option<&'a str>,
    synthetic: bool,
    base: &'static str,
    coverage: f64,
    gaps: Vec<GapJson>,
    mark_resolution: &'a str,
    funding: FundingJson<'a>,
    data_flags: &'a BTreeMap<String, u64>,
    /// By symbol, where there are several.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    coverages: BTreeMap<String, f64>,
}

#[derive(Serialize)]
struct FundingJson<'a> {
    policy: &'a str,
    source: Option<&'a str>,
}

#[derive(Serialize)]
struct GapJson {
    symbol: String,
    from: String,
    to: String,
    minutes: u64,
}

#[derive(Serialize)]
struct PeriodJson {
    start: String,
    end: String,
    candles: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    asked_start: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    asked_end: Option<String>,
}

/// The document as pretty-printed JSON with a final line break.
///
/// # Panics
/// Never: everything in it has a JSON form.
#[must_use]
pub fn manifest(run: &RunResult) -> String {
    let document = Document {
        schema: SCHEMA,
        host_version: &run.versions.host,
        runtime_version: &run.versions.runtime,
        configuration_digest: hex(&run.configuration.digest()),
        fingerprint: &run.fingerprint,
        telemetry_fingerprint: &run.telemetry_fingerprint,
        configuration: told(&run.configuration),
    };
    pretty(&document)
}

/// A configuration as the manifest of a run shows it.
///
/// # Panics
/// Never: everything in it has a JSON form.
#[must_use]
pub fn configuration(configuration: &Configuration) -> serde_json::Value {
    serde_json::to_value(told(configuration)).expect("plain values have a JSON form")
}

/// The configuration with what its digest leaves out.
fn told(c: &Configuration) -> ConfigurationJson<'_> {
    let mut configuration = mirror(c);
    for (index, (json, i)) in configuration
        .instruments
        .iter_mut()
        .zip(&c.instruments)
        .enumerate()
    {
        let as_of = c.tiers_as_of.get(index);
        json.told = Some(ToldJson {
            trigger_by: i.trigger_by.name(),
            price_rule: price_rule(i.price_rule),
            tiers_as_of: as_of.and_then(Option::as_deref),
            rules_from: c.rules_from.get(index).and_then(Option::as_deref),
            expires_at: i.expires_at.map(|time| time.rfc3339()),
        });
    }
    configuration
}

impl Configuration {
    /// BLAKE3 of the configuration's compact JSON: what opens the fingerprint. Equal configurations have equal digests, on
    /// every machine and in every version of the host that writes the same `schema`. What only the run finds out (end of the
    /// period, candles, coverage, gaps, flags) follows from the dataset's fingerprint and is left out.
    ///
    /// # Panics
    /// Never: everything in it has a JSON form.
    #[must_use]
    pub fn digest(&self) -> [u8; 32] {
        let mut before = self.clone();
        before.period = Period {
            end: self.period.start,
            candles: 0,
            asked_start: None,
            asked_end: None,
            ..self.period
        };
        before.dataset.coverage = 0.0;
        before.dataset.coverages.clear();
        before.dataset.gaps.clear();
        before.dataset.data_flags.clear();
        let text = serde_json::to_vec(&mirror(&before)).expect("plain values have a JSON form");
        *blake3::hash(&text).as_bytes()
    }
}

/// Lower-case hexadecimal.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

fn mirror(configuration: &Configuration) -> ConfigurationJson<'_> {
    let c = configuration;
    ConfigurationJson {
        component: ComponentJson {
            name: &c.component.name,
            version: &c.component.version,
            sha256: &c.component.sha256,
            bytes: c.component.bytes,
            language: c.component.language.as_deref(),
            contract: &c.component.contract,
        },
        parameters: c
            .parameters
            .iter()
            .map(|p| ParameterJson {
                name: &p.name,
                value: match &p.value {
                    ParameterValue::Int(n) => ValueJson::Int(*n),
                    ParameterValue::Float(x) => ValueJson::Float(*x),
                    ParameterValue::Boolean(b) => ValueJson::Boolean(*b),
                    ParameterValue::Text(text) => ValueJson::Text(text),
                    ParameterValue::Timeframe(t) => ValueJson::Text(t.name()),
                },
                overridden: p.overridden,
            })
            .collect(),
        instruments: c.instruments.iter().map(instrument).collect(),
        timeframes: c.timeframes.iter().map(|t| t.name()).collect(),
        profile: ProfileJson {
            preset: &c.profile.preset,
            knobs: c
                .profile
                .knobs
                .iter()
                .map(|k| KnobJson {
                    key: &k.key,
                    value: &k.value,
                    overridden: k.overridden,
                })
                .collect(),
            active: &c.profile.active,
            inactive: &c.profile.inactive,
        },
        limits: c
            .limits
            .iter()
            .map(|l| LimitJson {
                name: &l.name,
                value: &l.value,
            })
            .collect(),
        dataset: DatasetJson {
            fingerprint: &c.dataset.fingerprint,
            venue: &c.dataset.venue,
            market: &c.dataset.market,
            r#as: c.dataset.traded_as.as_deref(),
            synthetic: c.dataset.synthetic,
            base: c.dataset.base.name(),
            coverage: c.dataset.coverage,
            gaps: c
                .dataset
                .gaps
                .iter()
                .map(|g| GapJson {
                    symbol: c.symbol(g.instrument),
                    from: g.from.rfc3339(),
                    to: g.to.rfc3339(),
                    minutes: g.minutes,
                })
                .collect(),
            mark_resolution: &c.dataset.mark_resolution,
            funding: FundingJson {
                policy: &c.dataset.funding.policy,
                source: c.dataset.funding.source.as_deref(),
            },
            data_flags: &c.dataset.data_flags,
            coverages: coverages(c),
        },
        period: PeriodJson {
            start: c.period.start.rfc3339(),
            end: c.period.end.rfc3339(),
            candles: c.period.candles,
            asked_start: c.period.asked_start.map(|t| t.rfc3339()),
            asked_end: c.period.asked_end.map(|t| t.rfc3339()),
        },
        seed: c.seed,
        starting_balance: c.starting_balance.to_string(),
        currency: &c.currency,
        leverage: c.leverage.to_string(),
        on_fault: c.on_fault.name(),
        use_history: c.use_history,
        called: c.called.as_deref(),
        shared: c.shared.map(|shared| SharedJson {
            account: "shared",
            weight: shared.weight.to_string(),
            wallet: shared.wallet.to_string(),
        }),
        events: c.events.iter().map(|told| event(c, told)).collect(),
    }
}

fn event(c: &Configuration, told: &MarketEvent) -> EventJson {
    EventJson {
        symbol: c.symbol(told.instrument),
        kind: match told.kind {
            MarketEventKind::Delisted { at, price } => EventKindJson::Delisted {
                at: at.rfc3339(),
                price: price.map(|p| p.to_string()),
            },
            MarketEventKind::Halted { from, to } => EventKindJson::Halted {
                from: from.rfc3339(),
                to: to.rfc3339(),
            },
        },
    }
}

/// Of several symbols each on its own.
fn coverages(c: &Configuration) -> BTreeMap<String, f64> {
    if c.instruments.len() < 2 {
        return BTreeMap::new();
    }
    let each = (0..).zip(&c.dataset.coverages);
    each.map(|(index, covered)| (c.symbol(index), *covered))
        .collect()
}

/// `tick`, or `5 significant figures, 1 decimals`.
#[must_use]
pub fn price_rule(rule: PriceRule) -> String {
    match rule {
        PriceRule::Tick => "tick".to_owned(),
        PriceRule::SignificantFigures { figures, decimals } => {
            format!("{figures} significant figures, at most {decimals} decimals")
        }
    }
}

fn instrument(i: &Instrument) -> InstrumentJson<'_> {
    InstrumentJson {
        venue: &i.venue,
        symbol: &i.symbol,
        venue_symbol: &i.venue_symbol,
        base: &i.base,
        quote: &i.quote,
        settle: &i.settle,
        kind: match i.kind {
            InstrumentKind::Spot => "spot",
            InstrumentKind::LinearPerpetual => "linear_perpetual",
        },
        tick: i.tick.to_string(),
        step: i.step.to_string(),
        min_qty: i.min_qty.to_string(),
        max_qty: i.max_qty.map(|q| q.to_string()),
        min_notional: i.min_notional.to_string(),
        price_band: i.price_band.map(|r| r.to_string()),
        maker_fee: i.maker_fee.to_string(),
        taker_fee: i.taker_fee.to_string(),
        tiers: i
            .tiers
            .iter()
            .map(|t| TierJson {
                floor: t.floor.to_string(),
                cap: t.cap.to_string(),
                maintenance_rate: t.maintenance_rate.to_string(),
                max_leverage: t.max_leverage.to_string(),
                maintenance_amount: t.maintenance_amount.to_string(),
            })
            .collect(),
        assumed: i.assumed,
        told: None,
    }
}

#[cfg(test)]
mod tests {
    use crate::analysis::sample;
    use crate::domain::{Cash, Rate, UNIT};
    use crate::runs::SharedAccount;

    #[test]
    fn what_only_the_run_finds_out_is_not_in_the_digest() {
        let run = sample::run_of(vec![]);
        let digest = run.configuration.digest();
        let mut after = run.configuration.clone();
        after.dataset.data_flags.insert("outlier".to_owned(), 3);
        after.dataset.coverage = 0.5;
        after.period.candles = 1;
        after.period.asked_end = Some(after.period.end);
        after.dataset.coverages = vec![0.5];
        assert_eq!(after.digest(), digest);
    }

    #[test]
    fn mark_and_funding_are_in_the_digest() {
        let run = sample::run_of(vec![]);
        let digest = run.configuration.digest();
        let mut other = run.configuration.clone();
        other.dataset.mark_resolution = "1h".to_owned();
        assert_ne!(other.digest(), digest);
        let mut other = run.configuration.clone();
        other.dataset.funding.policy = "last".to_owned();
        assert_ne!(other.digest(), digest);
    }

    #[test]
    fn a_shared_account_is_told_and_is_in_the_digest() {
        let run = sample::run_of(vec![]);
        let text = super::manifest(&run);
        assert!(!text.contains("\"account\""), "{text}");
        let mut shared = run.clone();
        shared.configuration.shared = Some(SharedAccount {
            weight: Rate(UNIT / 4),
            wallet: Cash(40_000 * i128::from(UNIT)),
        });
        assert_ne!(shared.configuration.digest(), run.configuration.digest());
        let text = super::manifest(&shared);
        for part in [
            "\"account\": \"shared\"",
            "\"weight\": \"0.25\"",
            "\"wallet\": \"40000\"",
        ] {
            assert!(text.contains(part), "`{part}` is not in {text}");
        }
    }
}
