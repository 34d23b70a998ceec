//! Is a session what backtests of the same data give: rebuilt from its journal alone, and compared to the last record.

use std::fmt;

use crate::backtest::{Backtest, Builder, Outcome, Said, Source, StreamsFrom, describe};
use crate::data::DataError;
use crate::data::streams::{Journaled, Place, Streams};
use crate::domain::{Candle, FundingSettlement, MINUTE_MS, Ohlc, SlotState, Timeframe, Timestamp};
use crate::engine::Happening;
use crate::forward_test::control::Control;
use crate::forward_test::error::ForwardError;
use crate::forward_test::recover::{self, Differs, Seen};
use crate::forward_test::session::{Row, Session, SessionError, Supply as _, WITHOUT_HISTORY};
use crate::forward_test::supply::{Components, JournalSupply};
use crate::persistence::{Input, MinuteInput, Reader, SessionRow};
use crate::strategy::Runtime;

/// What a comparison found.
#[derive(Debug, Clone, PartialEq)]
pub struct Proof {
    /// Name of the session.
    pub session: String,
    /// Inputs it was rebuilt from.
    pub inputs: u64,
    /// Records of the journal that were compared with those of its inputs.
    pub compared: u64,
    /// The first of these that differs.
    pub differs: Option<Differs>,
    /// Each strategy beside a backtest of the journal's data.
    pub strategies: Vec<Proven>,
}

/// One strategy beside its backtest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proven {
    /// Its name.
    pub name: String,
    /// Minutes it was rebuilt from.
    pub minutes: u64,
    /// Things that happened, in both.
    pub records: u64,
    /// What was found.
    pub verdict: Verdict,
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Everything is the same, to the byte.
    Equal,
    /// The first difference.
    Differs {
        /// Start of its minute.
        time: Timestamp,
        /// What the session recorded; none = nothing more.
        session: Option<String>,
        /// What the backtest records.
        backtest: Option<String>,
    },
    /// No backtest could be made.
    Unproven(String),
}

impl Proof {
    /// Things that happened, of all strategies.
    #[must_use]
    pub fn records(&self) -> u64 {
        self.strategies.iter().map(|s| s.records).sum()
    }

    /// Is everything equal.
    #[must_use]
    pub fn is_equal(&self) -> bool {
        let all = self.strategies.iter();
        self.differs.is_none() && all.clone().all(|s| s.verdict == Verdict::Equal)
    }
}

impl fmt::Display for Proof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(Differs { input, strategy }) = &self.differs {
            return write!(
                f,
                "session {}: its journal differs from its inputs at input {input} (strategy {strategy})",
                self.session
            );
        }
        let odd: Vec<&Proven> = self
            .strategies
            .iter()
            .filter(|s| s.verdict != Verdict::Equal)
            .collect();
        if odd.is_empty() {
            return write!(
                f,
                "session {}: equal to backtests of its candles, to the byte ({} strategies, {} records, {} inputs)",
                self.session,
                self.strategies.len(),
                self.records(),
                self.inputs
            );
        }
        write!(f, "session {}: ", self.session)?;
        for (index, one) in odd.iter().enumerate() {
            let gap = if index == 0 { "" } else { "; " };
            write!(f, "{gap}{}", one)?;
        }
        Ok(())
    }
}

impl fmt::Display for Proven {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = &self.name;
        let (minutes, records) = (self.minutes, self.records);
        match &self.verdict {
            Verdict::Equal => write!(f, "{name}: equal, {records} records of {minutes} minutes"),
            Verdict::Unproven(why) => write!(f, "{name}: no backtest of it: {why}"),
            Verdict::Differs {
                time,
                session,
                backtest,
            } => write!(
                f,
                "{name} differs at {time}: session `{}`, backtest `{}`",
                session.as_deref().unwrap_or("nothing more"),
                backtest.as_deref().unwrap_or("nothing more"),
            ),
        }
    }
}

/// What happened to a strategy, with the moment of its record.
type Records = Vec<(Timestamp, Happening)>;

/// What was noted while a journal was followed, strategy by strategy.
#[derive(Default)]
struct Notes {
    records: Vec<Records>,
    said: Vec<Vec<(Timestamp, Said)>>,
    /// First minute of the warm-up and of the trading, and the input that started it.
    spans: Vec<(Timestamp, Timestamp, u64)>,
    /// Rows of kinds without history, with their market.
    late_rows: Vec<(u32, Row)>,
}

impl Notes {
    fn note(&mut self, session: &Session, seen: Seen<'_>) {
        match seen {
            Seen::Before(number, Input::Control { body, .. }) => {
                let Ok(control) = Control::parse(body) else {
                    return;
                };
                if let Control::Start {
                    from_ms, start_ms, ..
                } = &control
                {
                    let span = (Timestamp(*from_ms), Timestamp(*start_ms), number);
                    self.spans.push(span);
                    self.records.push(Vec::new());
                    self.said.push(Vec::new());
                }
                if let Ok(Some((strategy, command))) = control.command()
                    && let Some(lane) = session.lanes.get(strategy as usize)
                {
                    let at = (lane.next(), Said::Command(command));
                    self.said[strategy as usize].push(at);
                }
            }
            Seen::Before(
                _,
                Input::Quote {
                    market, bid, ask, ..
                },
            ) => {
                let lanes = session.lanes.iter().zip(&mut self.said);
                for (lane, said) in lanes.filter(|(lane, _)| lane.has_begun()) {
                    let places = (0..).zip(&lane.declared.markets);
                    for (instrument, _) in places.filter(|(_, m)| *m == market) {
                        let (bid, ask) = (*bid, *ask);
                        let quote = Said::Quote {
                            instrument,
                            bid,
                            ask,
                        };
                        said.push((lane.next(), quote));
                    }
                }
            }
            Seen::Before(number, input @ Input::Row { kind, .. })
                if WITHOUT_HISTORY.contains(&kind.as_str()) =>
            {
                self.late_rows.extend(Row::of(number, input));
            }
            Seen::Before(..) => {}
            Seen::After(effects) => {
                for (strategy, stepped) in effects {
                    let facts = stepped.facts.iter();
                    self.records[*strategy as usize]
                        .extend(facts.map(|fact| (fact.time, fact.what.clone())));
                }
            }
        }
    }
}

/// Rebuilds a session from its journal and compares.
///
/// # Errors
/// There is no such session, the journal cannot be read or followed.
pub fn prove(
    reader: &Reader,
    session: &str,
    runtime: Runtime,
    progress: &mut dyn FnMut(&str, u64),
) -> Result<Proof, ForwardError> {
    let rebuilt = Rebuilt::follow(reader, session, runtime, &mut |n| progress("following", n))?;
    let mut strategies = Vec::new();
    let mut rebuilt = rebuilt;
    for strategy in 0..rebuilt.session.lanes.len() {
        progress("comparing", strategy as u64);
        strategies.push(rebuilt.compare(strategy)?);
    }
    Ok(Proof {
        session: rebuilt.row.name,
        inputs: rebuilt.inputs,
        compared: rebuilt.compared,
        differs: rebuilt.differs,
        strategies,
    })
}

/// The backtests a session is equal to, up to its last minute, in the order of its strategies: name and result.
///
/// # Errors
/// As [`prove`]; a strategy whose backtest does not run.
pub fn outcomes(
    reader: &Reader,
    session: &str,
    runtime: Runtime,
    progress: &mut dyn FnMut(&str, u64),
) -> Result<Vec<Outcome>, ForwardError> {
    let mut rebuilt = Rebuilt::follow(reader, session, runtime, &mut |n| progress("following", n))?;
    let mut outcomes = Vec::new();
    for strategy in 0..rebuilt.session.lanes.len() {
        progress("rebuilding", strategy as u64);
        let name = rebuilt.session.lanes[strategy].declared.name.clone();
        let Some((builder, _)) = rebuilt.builder(strategy)? else {
            continue;
        };
        let of = |source| ForwardError::of(&name, source);
        let built = builder.build().map_err(of)?;
        outcomes.push(built.run_with_chart(&mut |_| {}).map_err(of)?);
    }
    Ok(outcomes)
}

/// A session that was followed, with everything its backtests need.
struct Rebuilt<'a> {
    reader: &'a Reader,
    row: SessionRow,
    components: Components,
    session: Session,
    inputs: u64,
    compared: u64,
    differs: Option<Differs>,
    notes: Notes,
}

impl<'a> Rebuilt<'a> {
    fn follow(
        reader: &'a Reader,
        name: &str,
        runtime: Runtime,
        progress: &mut dyn FnMut(u64),
    ) -> Result<Self, ForwardError> {
        let row = reader.session(name)?.ok_or_else(|| {
            let known: Vec<String> = reader
                .sessions()
                .map(|rows| rows.into_iter().map(|row| row.name).collect())
                .unwrap_or_default();
            ForwardError::user(
                format!(
                    "there is no session `{name}` in {}",
                    reader.path().display()
                ),
                format!("there are {}", known.join(", ")),
            )
        })?;
        let mut components = Components::new(runtime);
        let mut notes = Notes::default();
        let followed = recover::follow_seen(
            reader,
            &row,
            &mut components,
            progress,
            &mut |session, seen| notes.note(session, seen),
        )?;
        Ok(Self {
            reader,
            row,
            components,
            session: followed.session,
            inputs: followed.inputs,
            compared: followed.compared,
            differs: followed.differs,
            notes,
        })
    }

    /// A backtest of one strategy over the journal's data, and the end of that; nothing before its first candle.
    fn builder(&mut self, strategy: usize) -> Result<Option<(Builder, Timestamp)>, ForwardError> {
        let lane = &self.session.lanes[strategy];
        let (from, start, input) = self.notes.spans[strategy];
        let head = lane.next();
        let mut supply = JournalSupply {
            reader: self.reader,
            session: self.row.id,
            components: &mut self.components,
        };
        let component = supply.component(&lane.declared.sha256)?;
        let (mut candles, mut streams) = (Vec::new(), Vec::new());
        let instruments = self.session.instruments();
        for (wanted, market) in lane.wanted().iter().zip(&lane.declared.markets) {
            let minutes = self.reader.minutes(self.row.id, *market, from, head)?;
            candles.push(real(&minutes));
            let known = &self.session.markets[*market as usize];
            let instrument = &known.instrument;
            let place = Place::new(&instrument.venue, instrument.kind, &instrument.symbol)?;
            let late = self.notes.late_rows.iter();
            let late = late.filter(|(m, row)| m == market && row.input > input);
            let rows = known.rows.iter().chain(late.map(|(_, row)| row));
            let mut settlements: Vec<FundingSettlement> = known.funding.clone();
            settlements.retain(|s| s.time >= from);
            settlements.sort_by_key(|s| s.time);
            let journaled = Journaled {
                mark: references(&minutes, |m| m.reference.mark.map(|mark| mark.path)),
                index: references(&minutes, |m| m.reference.index),
                settlements,
                rows: rows.filter_map(Row::given).collect(),
            };
            streams.push(Streams::journaled(place, wanted.clone(), journaled));
        }
        let end = candles
            .iter()
            .filter_map(|c: &Vec<Candle>| c.last())
            .map(|c| c.open_time)
            .max();
        let Some(end) = end
            .map(|time| time.plus_ms(MINUTE_MS))
            .filter(|end| *end > start)
        else {
            return Ok(None);
        };
        // What was replaced by later limits is in what was said.
        let mut declared = lane.declared.clone();
        declared.safety.clone_from(&lane.first_safety);
        let builder = declared
            .builder(&component, &instruments, self.components.runtime().limits())
            .map_err(SessionError::from)?
            .source(Source::Candles {
                symbols: candles.into_iter().map(Into::into).collect(),
                base: Timeframe::M1,
            })
            .streams(StreamsFrom::Given(streams))
            .period(Some(start), Some(end))
            .said(self.notes.said[strategy].clone());
        Ok(Some((builder, end)))
    }

    fn compare(&mut self, strategy: usize) -> Result<Proven, ForwardError> {
        let name = self.session.lanes[strategy].declared.name.clone();
        let (from, ..) = self.notes.spans[strategy];
        let next = self.session.lanes[strategy].next();
        let minutes = u64::try_from((next.0 - from.0) / MINUTE_MS).unwrap_or(0);
        let records = std::mem::take(&mut self.notes.records[strategy]);
        let count = records.len() as u64;
        let verdict = match self.builder(strategy)? {
            None if records.is_empty() => Verdict::Equal,
            None => Verdict::Unproven("it has no candle yet".to_owned()),
            Some((builder, end)) => {
                let built = builder.open_ended().build().map(Backtest::keep_records);
                match built.and_then(|built| built.run_with_chart(&mut |_| {})) {
                    Ok(outcome) => judge(&records, &outcome.records, end),
                    Err(error) => Verdict::Unproven(error.to_string()),
                }
            }
        };
        Ok(Proven {
            name,
            minutes,
            records: count,
            verdict,
        })
    }
}

/// The first difference. What a session recorded after its last candle (missing minutes) is in no backtest yet.
fn judge(session: &Records, backtest: &Records, end: Timestamp) -> Verdict {
    let is_same = |a: &(Timestamp, Happening), b: &(Timestamp, Happening)| {
        // Figures that are no number are equal too.
        a == b || format!("{a:?}") == format!("{b:?}")
    };
    let both = session.iter().zip(backtest);
    let equal = both.take_while(|(a, b)| is_same(a, b)).count();
    let of = |records: &Records| records.get(equal).map(|(_, what)| describe(what));
    let first = session.get(equal).or_else(|| backtest.get(equal));
    match first {
        None => Verdict::Equal,
        Some((time, _)) if *time >= end && equal == backtest.len() => Verdict::Equal,
        Some((time, _)) => Verdict::Differs {
            time: *time,
            session: of(session),
            backtest: of(backtest),
        },
    }
}

fn real(minutes: &[MinuteInput]) -> Vec<Candle> {
    let real = minutes.iter().filter(|m| m.slot.state == SlotState::Real);
    real.map(|m| m.slot.candle).collect()
}

/// Candles of a reference price, of the minutes that have one.
fn references(minutes: &[MinuteInput], of: impl Fn(&MinuteInput) -> Option<Ohlc>) -> Vec<Candle> {
    let candle = |minute: &MinuteInput| {
        let path = of(minute)?;
        Some(Candle {
            high: path.high,
            low: path.low,
            close: path.close,
            ..Candle::flat(minute.time, path.open)
        })
    };
    minutes.iter().filter_map(candle).collect()
}

/// Kept so that errors of data name themselves.
impl std::convert::From<DataError> for SessionError {
    fn from(error: DataError) -> Self {
        Self::Journal {
            message: error.to_string(),
            hint: error.hint().map(str::to_owned),
        }
    }
}
