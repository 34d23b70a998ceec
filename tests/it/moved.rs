//! The tables of `docs/from-jesse.md` and `docs/from-freqtrade.md`: every row is run again, so that no figure of the pages is older
//! than the code. The strategies are the pages' own, the rows to compare with those of `fixtures/peers`.

use std::collections::BTreeMap;

use host::backtest::{Backtest, StrategySource};
use host::domain::{Candle, Cash, MINUTE_MS, ParameterValue, Rate, Timeframe, Timestamp, UNIT};
use host::execution::{Preset, Profile};
use host::ledger::Trade;
use host::strategy::native::{self, Loaded};

use crate::peer_data::{self, Row};

#[test]
fn the_tables_of_from_jesse_are_what_runs_give() {
    check(&Page {
        file: "docs/from-jesse.md",
        folder: "jesse",
        stamped_after_ms: MINUTE_MS,
        leverage: 2,
        example: "from-jesse",
        load: native::load::<guest_sdk::Cycle<from_jesse::FromJesse>>,
    });
}

#[test]
fn the_tables_of_from_freqtrade_are_what_runs_give() {
    check(&Page {
        file: "docs/from-freqtrade.md",
        folder: "freqtrade",
        stamped_after_ms: 0,
        leverage: 1,
        example: "from-freqtrade",
        load: native::load::<from_freqtrade::FromFreqtrade>,
    });
}

type Load = fn(&[(String, ParameterValue)]) -> Result<Loaded, host::strategy::InitError>;

/// A page and how its peer is read.
struct Page {
    file: &'static str,
    folder: &'static str,
    /// A fill between candles happens this long after the start of the bar the peer names.
    stamped_after_ms: i64,
    leverage: i64,
    /// Folder of its strategy, whose code the page shows.
    example: &'static str,
    load: Load,
}

/// A row of a page: `| run | rules | their trades | our trades | equal | our net |`.
struct Claim {
    run: String,
    rules: String,
    figures: [String; 4],
}

fn claims(page: &str) -> Vec<Claim> {
    let cells = |line: &str| -> Vec<String> {
        let cells = line.trim().trim_matches('|').split('|');
        cells.map(|cell| cell.trim().replace('`', "")).collect()
    };
    let claim = |line: &str| match <[String; 6]>::try_from(cells(line)) {
        Ok([run, rules, theirs, ours, equal, net]) if theirs.parse::<usize>().is_ok() => {
            Some(Claim {
                run,
                rules,
                figures: [theirs, ours, equal, net],
            })
        }
        _ => None,
    };
    page.lines().filter_map(claim).collect()
}

fn check(page: &Page) {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let text = std::fs::read_to_string(root.join(page.file)).expect("a readable page");
    let source = root
        .join("guest-sdk/examples")
        .join(page.example)
        .join("src/lib.rs");
    let source = std::fs::read_to_string(source).expect("a readable example");
    let code = source.split_once("\n\n").expect("a head and code").1.trim();
    assert!(
        text.contains(code),
        "{} shows other code than its example",
        page.file
    );
    let claims = claims(&text);
    assert!(claims.len() >= 6, "{}: {} rows", page.file, claims.len());
    let Some((folder, candles)) = peer_data::find(page.folder) else {
        return;
    };
    let month = peer_data::month(&candles);
    let meta = peer_data::meta(&folder);
    let mut wrong = Vec::new();
    for claim in claims {
        let run = &meta["runs"][&claim.run];
        let rows = peer_data::rows(&folder, run);
        let timeframe = run["timeframe"].as_str().expect("a timeframe");
        let timeframe: Timeframe = timeframe.parse().expect("a timeframe");
        let trades = page.trade(&claim, timeframe, &month);
        let equal = page.equal(&rows, &trades, timeframe);
        let net: f64 = trades.iter().map(|trade| trade.net.to_f64()).sum();
        let found = [
            rows.len().to_string(),
            trades.len().to_string(),
            equal.to_string(),
            format!("{net:.2}"),
        ];
        if found != claim.figures {
            wrong.push(format!(
                "{} | {} | {} (the page: {})",
                claim.run,
                claim.rules,
                found.join(" | "),
                claim.figures.join(" | ")
            ));
        }
    }
    assert!(wrong.is_empty(), "{}\n{}", page.file, wrong.join("\n"));
}

impl Page {
    fn trade(&self, claim: &Claim, timeframe: Timeframe, month: &[Candle]) -> Vec<Trade> {
        let parameters = [
            ("timeframe", ParameterValue::Timeframe(timeframe)),
            (
                "bracket",
                ParameterValue::Boolean(claim.run.starts_with("bracket")),
            ),
        ]
        .map(|(name, value)| (name.to_owned(), value));
        let (instance, manifest, needs) = (self.load)(&parameters).expect("it starts");
        let instrument = host::venues::instruments::lookup("binance", "BTC/USDT:USDT");
        let run = Backtest::builder()
            .native(StrategySource::Native {
                manifest,
                parameters: parameters.to_vec(),
                needs,
                instance,
            })
            .instrument(instrument.expect("it is in the table"))
            .candles(month.to_vec(), Timeframe::M1)
            .profile(profile(&claim.rules))
            .balance(Cash(10_000 * i128::from(UNIT)))
            .leverage(Rate(self.leverage * UNIT))
            .use_history(false)
            .build()
            .expect("the parts fit");
        run.run(&mut |_| {}).expect("it runs").observed.trades
    }

    /// Trades with a row of the same side, the same moment of entry, and the same end: its moment, or for a stop or target its
    /// reason and candle.
    fn equal(&self, rows: &[Row], trades: &[Trade], timeframe: Timeframe) -> usize {
        let moment = |time: Timestamp| (time.0 + MINUTE_MS - 1).div_euclid(MINUTE_MS) * MINUTE_MS;
        let entry = |trade: &Trade| (trade.direction.name().to_owned(), moment(trade.entry_time));
        let by_entry: BTreeMap<_, _> = trades.iter().map(|trade| (entry(trade), trade)).collect();
        let bar = |time: Timestamp| match self.folder {
            // jesse looks for exits on minutes, whatever the strategy's candles.
            "jesse" => Timeframe::M1.bucket_start(time),
            _ => timeframe.bucket_start(time),
        };
        let is_equal = |row: &&Row| {
            let entered = (row.side.clone(), row.entry_bar + self.stamped_after_ms);
            by_entry.get(&entered).is_some_and(|trade| {
                match (row.exit_reason.as_str(), trade.exit_cause.name()) {
                    (theirs @ ("stop_loss" | "take_profit"), ours) => {
                        theirs == ours && bar(trade.exit_time).0 == row.exit_bar
                    }
                    (_, "stop_loss" | "take_profit") => false,
                    _ => moment(trade.exit_time) == row.exit_bar + self.stamped_after_ms,
                }
            })
        };
        rows.iter().filter(is_equal).count()
    }
}

/// `jesse slippage_bps=2`: a preset and knobs, at the peers' fee and without funding.
fn profile(rules: &str) -> Profile {
    let mut words = rules.split_whitespace();
    let preset = words.next().expect("a preset");
    let mut profile = Profile::named(preset.parse::<Preset>().expect("a preset"));
    let given = words.map(|word| word.split_once('=').expect("a knob and its value"));
    for (knob, value) in [("maker", "0.0005"), ("taker", "0.0005"), ("funding", "off")]
        .into_iter()
        .chain(given)
    {
        profile.set(knob, value).expect("a knob");
    }
    profile
}
