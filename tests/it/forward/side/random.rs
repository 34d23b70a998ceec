//! Any order of minutes, settlements, rows and controls: the session is the backtest of its journal. No sockets, no clock.

use host::data::instrument_file;
use host::data::streams::StreamKind;
use host::domain::{Candle, Instrument, MarkCandle, Ohlc, Price, Rate, Reference, Slot, Timestamp};
use host::forward_test::{Control, Declared, Session, SessionError, Supply, engine_version, prove};
use host::persistence::{Batch, Input, Journal, MarketRow, MinuteInput, NewSession, Origin};
use host::strategy::{Component, Limits, Runtime};
use host::venues::instruments::lookup;
use rand_xoshiro::SplitMix64;
use rand_xoshiro::rand_core::{Rng as _, SeedableRng as _};

use super::{MINUTE, START};
use crate::sandbox::attacking;

const BEGIN: Timestamp = Timestamp(START);
/// Minutes of history before the first live one: more than the gambler's streams look back on.
const HISTORY: i64 = 26 * 60;

struct Chance(SplitMix64);

impl Chance {
    fn below(&mut self, count: u64) -> u64 {
        self.0.next_u64() % count
    }

    fn one_in(&mut self, count: u64) -> bool {
        self.below(count) == 0
    }

    /// Within a thousandth of a number, up or down.
    fn near(&mut self, price: i64) -> i64 {
        price + price / 1_000 * (self.below(2_001) as i64 - 1_000) / 1_000
    }
}

/// Minutes by market, and the component of all strategies.
struct Kept<'a> {
    minutes: &'a [Vec<MinuteInput>],
    component: &'a Component,
}

impl Supply for Kept<'_> {
    fn component(&mut self, _: &str) -> Result<Component, SessionError> {
        Ok(self.component.clone())
    }

    fn minutes(
        &mut self,
        market: u32,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Vec<MinuteInput>, SessionError> {
        let mut own = self.minutes[market as usize].clone();
        own.sort_by_key(|minute| minute.time);
        own.retain(|minute| (from..to).contains(&minute.time));
        Ok(own)
    }
}

/// A session that is made up, input by input.
struct Story {
    chance: Chance,
    session: Session,
    journal: Journal,
    row: i64,
    component: Component,
    limits: Limits,
    instruments: Vec<Instrument>,
    minutes: Vec<Vec<MinuteInput>>,
    /// Of each market: the start of its next minute, and its last price.
    heads: Vec<(Timestamp, i64)>,
    inputs: u64,
    batch: Batch,
}

impl Story {
    fn new(seed: u64, folder: &std::path::Path, runtime: &Runtime) -> Self {
        let bytes = attacking("gamble");
        let component = runtime.load_bytes("probe", &bytes).expect("it loads");
        let symbols = ["BTC/USDT:USDT", "ETH/USDT:USDT"];
        let instruments: Vec<Instrument> = symbols
            .map(|s| lookup("binance", s).expect("known"))
            .to_vec();
        let mut journal = Journal::open(&folder.join("host.sqlite")).expect("a new journal");
        let new = NewSession {
            name: "story".to_owned(),
            created: BEGIN,
            host_version: "0".to_owned(),
            engine_version: engine_version(),
            config: String::new(),
            predecessor: None,
        };
        let row = journal.begin(new).expect("begun").id;
        let markets = (0..)
            .zip(&instruments)
            .map(|(index, instrument)| MarketRow {
                index,
                venue: "binance".to_owned(),
                symbol: instrument.symbol.clone(),
                instrument: instrument_file::to_text(instrument, BEGIN),
            });
        let batch = Batch {
            markets: markets.collect(),
            components: vec![(component.sha256(), "probe".to_owned(), bytes)],
            ..Batch::default()
        };
        let limits = Limits::default();
        let mut story = Self {
            chance: Chance(SplitMix64::seed_from_u64(seed)),
            session: Session::new(instruments.clone(), limits.clone()),
            journal,
            row,
            component,
            limits,
            minutes: vec![Vec::new(); instruments.len()],
            heads: vec![(BEGIN.plus_ms(-HISTORY * MINUTE), 0); instruments.len()],
            instruments,
            inputs: 0,
            batch,
        };
        for (market, price) in [
            (0, Price::from_f64(60_000.0)),
            (1, Price::from_f64(3_000.0)),
        ] {
            story.heads[market].1 = price.expect("a price").0;
            for _ in 0..HISTORY {
                story.minute(market, Origin::History);
            }
        }
        story
    }

    fn input(&mut self, input: Input) {
        self.inputs += 1;
        if let Input::Minute(minute) = &input {
            self.minutes[minute.market as usize].push(*minute);
        }
        let mut supply = Kept {
            minutes: &self.minutes,
            component: &self.component,
        };
        let effects = self
            .session
            .apply(self.inputs, &input, &mut supply)
            .expect("applied");
        for (strategy, stepped) in effects {
            let digest = stepped.digest.map(|digest| (self.inputs, strategy, digest));
            self.batch.digests.extend(digest);
        }
        self.batch.inputs.push((self.inputs, input));
        if self.inputs.is_multiple_of(500) {
            self.commit();
        }
    }

    fn commit(&mut self) {
        let batch = std::mem::take(&mut self.batch);
        self.journal.commit(self.row, &batch).expect("committed");
    }

    /// The settlement of every full hour, told with the minute that begins with it.
    fn settle(&mut self, market: usize, time: Timestamp) {
        if time.0 % (60 * MINUTE) != 0 {
            return;
        }
        let rate = Rate(self.chance.below(200_000) as i64 - 100_000);
        let substituted = self.chance.one_in(4);
        self.input(Input::Funding {
            market: market as u32,
            time,
            rate,
            price: None,
            substituted,
        });
        let known = time.plus_ms(1 + self.chance.below(30_000) as i64);
        self.row(market, StreamKind::Funding, 0, (time, known));
    }

    /// The next minute of a market: a candle or none, with or without mark and index.
    fn minute(&mut self, market: usize, origin: Origin) {
        let (time, before) = self.heads[market];
        self.settle(market, time);
        let tick = self.instruments[market].tick;
        let chance = &mut self.chance;
        let grid = |price: i64| Price(price / tick.0 * tick.0);
        let prices = [
            before,
            chance.near(before),
            chance.near(before),
            chance.near(before),
        ]
        .map(grid);
        let candle = Candle {
            high: prices.into_iter().max().expect("four"),
            low: prices.into_iter().min().expect("four"),
            close: prices[3],
            volume: 5.0,
            quote_volume: 9.0,
            taker_buy_volume: chance.below(5) as f64,
            trades: 3.0,
            ..Candle::flat(time, prices[0])
        };
        let is_missing = origin == Origin::Live && chance.one_in(25);
        let slot = if is_missing {
            Slot::missing(time)
        } else {
            Slot::real(candle)
        };
        let path = Ohlc::of(&candle);
        let mark = (!is_missing && !chance.one_in(10)).then_some(MarkCandle {
            path,
            shown: path.close,
        });
        let index = (!is_missing && !chance.one_in(10)).then_some(path);
        self.heads[market] = (time.plus_ms(MINUTE), prices[3].0);
        self.input(Input::Minute(MinuteInput {
            market: market as u32,
            time,
            slot,
            reference: Reference { mark, index },
            origin,
        }));
    }

    /// What may come before the next minute of a market, then the minute.
    fn live(&mut self, market: usize) {
        let (time, _) = self.heads[market];
        let rows = self.chance.below(4);
        let mut known: Vec<i64> = (0..rows)
            .map(|_| 1 + self.chance.below(60_000) as i64)
            .collect();
        known.sort_unstable();
        for known in known {
            let kinds = [
                (StreamKind::OpenInterest, 5),
                (StreamKind::Trades, 0),
                (StreamKind::Book, 2),
                (StreamKind::Liquidations, 0),
            ];
            let (kind, detail) = kinds[self.chance.below(4) as usize];
            let known = time.plus_ms(known);
            let happened = known.plus_ms(-(self.chance.below(3_000) as i64));
            self.row(market, kind, detail, (happened, known));
        }
        self.minute(market, Origin::Live);
    }

    fn row(
        &mut self,
        market: usize,
        kind: StreamKind,
        detail: u32,
        (time, available_at): (Timestamp, Timestamp),
    ) {
        let number = self.chance.below(1_000) as f64;
        self.input(Input::Row {
            market: market as u32,
            kind: kind.name().to_owned(),
            detail,
            time,
            available_at,
            values: vec![number; kind.columns(detail).len()],
        });
    }

    fn control(&mut self, control: &Control) {
        self.input(Input::Control {
            time: BEGIN,
            who: "story".to_owned(),
            body: control.to_json(),
        });
    }

    /// A strategy on one market or on both, in one order or the other.
    fn start(&mut self) {
        let strategy = self.session.lanes.len() as u32;
        let choices: [&[u32]; 4] = [&[0], &[1], &[0, 1], &[1, 0]];
        let markets = choices[self.chance.below(4) as usize].to_vec();
        let policies = [None, Some("hold"), Some("cancel")];
        let declared = Declared {
            name: format!("gambler-{strategy}"),
            source: "probe".to_owned(),
            sha256: self.component.sha256(),
            parameters: Vec::new(),
            roles: Vec::new(),
            balance: (1_000 * 100_000_000_i64).to_string(),
            leverage: 200_000_000,
            profile: "strict".to_owned(),
            knobs: vec![("end_of_data".to_owned(), "leave".to_owned())],
            on_fault: policies[self.chance.below(3) as usize].map(str::to_owned),
            safety: if self.chance.one_in(2) {
                super::TIGHT.to_owned()
            } else {
                String::new()
            },
            seed: 3,
            by: host::forward_test::DeclaredBy::default(),
            markets,
        };
        let heads = declared.markets.iter().map(|m| self.heads[*m as usize].0);
        let start = heads.max().expect("a market");
        let built = declared
            .builder(&self.component, &self.instruments, &self.limits)
            .expect("declared");
        let built = built.period(Some(start), None).build().expect("it starts");
        let from = built.data_from().expect("it has a start").min(start);
        self.control(&Control::Start {
            strategy,
            declared: Box::new(declared),
            from_ms: from.0,
            start_ms: start.0,
            replaces: None,
        });
    }

    /// Somebody acts on one of the strategies.
    fn act(&mut self) {
        let Some(strategy) = (self.session.lanes.len() as u64).checked_sub(1) else {
            return;
        };
        let strategy = self.chance.below(strategy + 1) as u32;
        let control = match self.chance.below(9) {
            0..3 => Control::Entries {
                strategy,
                by_feed: self.chance.one_in(2),
                allowed: self.chance.one_in(2),
            },
            3 => Control::Flatten { strategy },
            4 | 5 => Control::Close {
                strategy,
                position: 1 + self.chance.below(20) as u32,
            },
            6 | 7 => Control::Safety {
                strategy,
                toml: if self.chance.one_in(2) {
                    super::TIGHT.to_owned()
                } else {
                    String::new()
                },
            },
            _ => Control::Stop {
                strategy,
                how: ["flatten", "cancel", "hold"][self.chance.below(3) as usize].to_owned(),
            },
        };
        self.control(&control);
    }

    fn tell(&mut self, inputs: u64) {
        for number in 0..inputs {
            if number < 3 || self.chance.one_in(100) {
                self.start();
            }
            if self.chance.one_in(20) {
                self.act();
            }
            // One market is at most some minutes ahead of the other.
            let ahead = (self.heads[0].0.0 - self.heads[1].0.0) / MINUTE;
            let market = match ahead {
                5.. => 1,
                ..=-5 => 0,
                _ => self.chance.below(2) as usize,
            };
            self.live(market);
        }
        self.commit();
    }
}

#[test]
fn any_story_of_minutes_rows_and_controls_is_a_backtest_of_its_journal() {
    let seeds = std::env::var("HOST_SIDE_SEEDS");
    let seeds: u64 = seeds.map_or(6, |n| n.parse().expect("a number of stories"));
    let cache = tempfile::tempdir().expect("a folder");
    let runtime = Runtime::new(Limits::default(), Some(cache.path())).expect("a runtime");
    let mut records = 0;
    for seed in 0..seeds {
        let folder = tempfile::tempdir().expect("a folder");
        let mut story = Story::new(seed, folder.path(), &runtime);
        story.tell(400);
        drop(story);
        let reader = Journal::read_only(&folder.path().join("host.sqlite")).expect("a journal");
        let proof = prove(&reader, "story", runtime.clone(), &mut |_, _| {}).expect("followed");
        assert!(proof.is_equal(), "story {seed}: {proof}");
        records += proof.records();
    }
    assert!(records > 500 * seeds, "{records} records");
}
