//! One finished run of one strategy on one account: the input of every report and file.

use std::collections::BTreeMap;

use crate::domain::{
    Cash, Instrument, OnFault, ParameterValue, PositionView, Price, Rate, Timeframe, Timestamp,
};
use crate::engine::{AccountPoint, Telemetry};
use crate::ledger::PostingKind;
use crate::runs::{Alternatives, Observed};

/// The strategy as a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Component {
    /// Its own name.
    pub name: String,
    /// Its own version.
    pub version: String,
    /// Digest of the file, hex.
    pub sha256: String,
    /// Size of the file.
    pub bytes: u64,
    /// Language and toolchain as the file says, if it does.
    pub language: Option<String>,
    /// Version of the contract it was built against.
    pub contract: String,
}

/// A parameter as it was used.
#[derive(Debug, Clone, PartialEq)]
pub struct ParameterUsed {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: ParameterValue,
    /// Does it differ from the strategy's default.
    pub overridden: bool,
}

/// A knob of the profile as it was used (`simulation.md` section 0).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Knob {
    /// Its key.
    pub key: String,
    /// Its value as text.
    pub value: String,
    /// Does it differ from the preset.
    pub overridden: bool,
}

/// The rules of the simulation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    /// Name of the preset.
    pub preset: String,
    /// Every knob.
    pub knobs: Vec<Knob>,
    /// Features this engine applied.
    pub active: Vec<String>,
    /// Features the profile names that this engine does not apply.
    pub inactive: Vec<String>,
}

/// A limit of the sandbox as it was used (`defaults.md` section 1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limit {
    /// Its name.
    pub name: String,
    /// Its value as text, with its unit.
    pub value: String,
}

/// Missing time in the data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gap {
    /// Index of the instrument.
    pub instrument: u32,
    /// First missing moment.
    pub from: Timestamp,
    /// First moment that is there again.
    pub to: Timestamp,
    /// Missing minutes.
    pub minutes: u64,
}

/// [`Dataset::mark_resolution`] where there are no mark prices: the last price stands for them.
pub const LAST_PRICE: &str = "last price";

/// A stream that does not cover the period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SparseStream {
    /// Index of the instrument.
    pub instrument: u32,
    /// Its name: `open-interest`.
    pub kind: &'static str,
    /// Days (UTC) of the period with a row.
    pub days: u64,
    /// Days of the period.
    pub of_days: u64,
}

/// Where funding rates came from.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FundingUsed {
    /// The policy in one word: `data`, `none`, `zero` or `last`.
    pub policy: String,
    /// The series, where one was read.
    pub source: Option<String>,
}

impl FundingUsed {
    /// Are rates taken from data, be it with substitutes.
    #[must_use]
    pub fn is_from_data(&self) -> bool {
        self.source.is_some() || matches!(self.policy.as_str(), "data" | "last")
    }
}

/// The data of the run.
#[derive(Debug, Clone, PartialEq)]
pub struct Dataset {
    /// Its fingerprint.
    pub fingerprint: String,
    /// Where it was recorded; the generator's name for synthetic data.
    pub venue: String,
    /// What was recorded: `spot` or `perp`.
    pub market: String,
    /// What it was traded as, where that differs (`--as perp`).
    pub traded_as: Option<String>,
    /// Made by the generator.
    pub synthetic: bool,
    /// Length of a base candle.
    pub base: Timeframe,
    /// Minutes that are there, a fraction of the period's.
    pub coverage: f64,
    /// The same of each instrument, in order.
    pub coverages: Vec<f64>,
    /// Missing time of each instrument, in order of its begin.
    pub gaps: Vec<Gap>,
    /// Length of the recorded mark candles (`1m`, `1h`), or [`LAST_PRICE`].
    pub mark_resolution: String,
    /// Where funding came from.
    pub funding: FundingUsed,
    /// Streams the strategy asked for that are there on some days only. Follows from the data, decides nothing.
    pub sparse_streams: Vec<SparseStream>,
    /// What the checks of the data flagged, by name (`simulation.md` section 14). Found out by the run.
    pub data_flags: BTreeMap<String, u64>,
}

/// What was simulated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    /// Start, included.
    pub start: Timestamp,
    /// End, excluded.
    pub end: Timestamp,
    /// Base candles stepped, all symbols together.
    pub candles: u64,
    /// The start that was asked for, where the data begins later.
    pub asked_start: Option<Timestamp>,
    /// The end that was asked for, where the data ends earlier.
    pub asked_end: Option<Timestamp>,
}

/// Something that happens to an instrument, told to a run beside its data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MarketEvent {
    /// Index of the instrument.
    pub instrument: u32,
    /// What.
    pub kind: MarketEventKind,
}

/// What happens to an instrument.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MarketEventKind {
    /// It ends at the close of the minute that ends at this time or after it.
    Delisted {
        /// When.
        at: Timestamp,
        /// Settlement price; absent = the mean of the last marks.
        price: Option<Price>,
    },
    /// Minutes that begin in this time are halted.
    Halted {
        /// First moment.
        from: Timestamp,
        /// First moment of trading again.
        to: Timestamp,
    },
}

/// Everything that decides the result of a run. Its digest opens the fingerprint.
#[derive(Debug, Clone, PartialEq)]
pub struct Configuration {
    /// The strategy.
    pub component: Component,
    /// Its parameters.
    pub parameters: Vec<ParameterUsed>,
    /// The instruments with the rules that applied.
    pub instruments: Vec<Instrument>,
    /// Candle lengths the strategy asked for, the primary one first.
    pub timeframes: Vec<Timeframe>,
    /// Date of the maintenance table of each instrument, `2024-10-01`, where it is one of the host's.
    pub tiers_as_of: Vec<Option<String>>,
    /// Where the rules of each instrument are from, a sentence, where they are not those of the shipped table or a guess.
    pub rules_from: Vec<Option<String>>,
    /// The rules of the simulation.
    pub profile: Profile,
    /// The limits of the sandbox.
    pub limits: Vec<Limit>,
    /// The data.
    pub dataset: Dataset,
    /// What was simulated.
    pub period: Period,
    /// Seed of everything random.
    pub seed: u64,
    /// Equity at the start; of a shared wallet its part.
    pub starting_balance: Cash,
    /// The account's currency.
    pub currency: String,
    /// Leverage of fills, unless the strategy chooses another.
    pub leverage: Rate,
    /// What happens to orders and positions after a fault.
    pub on_fault: OnFault,
    /// Was the warm-up taken from candles before the period.
    pub use_history: bool,
    /// What the strategy was called in the run, where that is not its own name: its chance is mixed with it.
    pub called: Option<String>,
    /// Delistings and halts it was told of beside its data.
    pub events: Vec<MarketEvent>,
    /// The wallet it shares with other strategies, on whom its result then depends; `None` = an account of its own.
    pub shared: Option<SharedAccount>,
}

impl Configuration {
    /// The symbol of an instrument, with its venue where another one of the run has the same (`bybit:BTC/USDT:USDT`); its number
    /// where there is none.
    #[must_use]
    pub fn symbol(&self, instrument: u32) -> String {
        let all = &self.instruments;
        let Some(named) = all.get(instrument as usize) else {
            return format!("#{instrument}");
        };
        let same = all.iter().filter(|i| i.symbol == named.symbol).count();
        if same > 1 {
            format!("{}:{}", named.venue, named.symbol)
        } else {
            named.symbol.clone()
        }
    }
}

/// A strategy's place in a wallet of several (`defaults.md` section 12).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SharedAccount {
    /// How much of the equity of all it may bind as margin, a fraction.
    pub weight: Rate,
    /// Money of all at the start; the strategy's part of it is the starting balance.
    pub wallet: Cash,
}

/// Who computed it. Not part of the configuration: another version has to give the same result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Versions {
    /// The host.
    pub host: String,
    /// The sandbox's runtime.
    pub runtime: String,
}

/// How long it took. The only figures that differ between two equal runs.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Timings {
    /// Seconds from the first step to the last.
    pub engine_seconds: f64,
    /// Seconds spent reading data and compiling.
    pub load_seconds: f64,
}

impl Timings {
    /// Base candles a second through the engine; `None` where no time was measured.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "a speed for people")]
    pub fn candles_per_second(&self, candles: u64) -> Option<f64> {
        (self.engine_seconds > 0.0).then(|| candles as f64 / self.engine_seconds)
    }
}

/// How large positions were for the account, looked at with every base candle's close. `None` without a position.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct LeverageUsed {
    /// Largest notional at the marks over equity.
    pub peak: Option<f64>,
    /// Its mean over the closes with a position.
    pub mean_in_position: Option<f64>,
    /// Largest margin held by positions over equity.
    pub margin_use_peak: Option<f64>,
}

/// How much of the market's volume the run's own fills took. Fills that no order of the strategy or the host made (liquidation,
/// settlement, delisting) are not among them.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Capacity {
    /// The largest share: all own fills of an instrument in one base candle over that candle's volume. `None` where no fill met a
    /// candle with volume.
    pub largest: Option<VolumeShare>,
    /// Base candles with own fills and no volume at all.
    pub without_volume: u64,
}

/// Own fills of one instrument in one base candle.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct VolumeShare {
    /// A fraction of the candle's volume; above 1 where more was filled than was traded.
    pub share: f64,
    /// Start of the candle.
    pub time: Timestamp,
    /// Index of the instrument.
    pub instrument: u32,
}

/// One finished run.
#[derive(Debug, Clone, PartialEq)]
pub struct RunResult {
    /// What decided it.
    pub configuration: Configuration,
    /// Who computed it.
    pub versions: Versions,
    /// What happened, gathered from the engine's records.
    pub observed: Observed,
    /// The account at the start, at each hour's close and at the end, in time order.
    pub samples: Vec<AccountPoint>,
    /// The mark price of each instrument at each of `samples` (outer: instruments).
    pub marks: Vec<Vec<Price>>,
    /// Deepest drawdown of the equity at every minute, a negative fraction.
    pub max_drawdown_intraday: Option<f64>,
    /// Minutes with an open position at their close, a fraction of all.
    pub exposed: Option<f64>,
    /// How large the positions were for the account.
    pub leverage: LeverageUsed,
    /// Candles at whose close the summed notional of a symbol's separate positions lay in a higher tier than each position's own
    /// (S103).
    pub higher_tier_candles: u64,
    /// How much of the market's volume its fills took.
    pub capacity: Capacity,
    /// What else was run, if anything was asked for.
    pub alternatives: Alternatives,
    /// Close of the first candle the strategy was called for; `None` if its warm-up used up all the data.
    pub asked_from: Option<Timestamp>,
    /// Positions open at the end.
    pub open_positions: Vec<PositionView>,
    /// What the strategy showed.
    pub telemetry: Telemetry,
    /// Fingerprint of the records, hex.
    pub fingerprint: String,
    /// Fingerprint of the telemetry, hex.
    pub telemetry_fingerprint: String,
    /// How long it took.
    pub timings: Timings,
}

impl RunResult {
    /// The account at the end; the start where nothing was sampled.
    #[must_use]
    pub fn last_account(&self) -> AccountPoint {
        let start = AccountPoint {
            time: self.configuration.period.start,
            wallet: self.configuration.starting_balance,
            equity: self.configuration.starting_balance,
            position_margin: Cash::ZERO,
            order_margin: Cash::ZERO,
        };
        self.samples.last().copied().unwrap_or(start)
    }

    /// Everything posted to the wallet for one reason, also for positions still open.
    #[must_use]
    pub fn posted(&self, kind: PostingKind) -> Cash {
        let postings = self.observed.postings.iter().filter(|p| p.kind == kind);
        postings.fold(Cash::ZERO, |sum, p| sum + p.amount)
    }

    /// A sentence for each event the run was told of: `BTC/USDT delisted at 2024-06-01 00:00 for 50000`.
    #[must_use]
    pub fn told_events(&self) -> Vec<String> {
        let sentence = |event: &MarketEvent| {
            let symbol = self.symbol(event.instrument);
            match event.kind {
                MarketEventKind::Delisted { at, price } => {
                    let price = price.map_or(String::new(), |p| format!(" for {p}"));
                    format!("{symbol} delisted at {at}{price}")
                }
                MarketEventKind::Halted { from, to } => {
                    format!("{symbol} halted from {from} to {to}")
                }
            }
        };
        self.configuration.events.iter().map(sentence).collect()
    }

    /// The symbol of an instrument, with its venue where another one of the run has the same (`bybit:BTC/USDT:USDT`); its number
    /// where there is none.
    #[must_use]
    pub fn symbol(&self, instrument: u32) -> String {
        self.configuration.symbol(instrument)
    }
}
