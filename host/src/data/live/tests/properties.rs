//! Whatever the order, whatever is lost: the same minutes.

use proptest::prelude::*;

use super::*;

/// Something that happens to a feed.
#[derive(Debug, Clone)]
enum Happens {
    /// The stream closes a candle.
    Closes(i64),
    /// The stream tells another version of one.
    Revises(i64),
    /// A question is answered with all it can know, or with some of it.
    Answers(bool),
    /// A question fails.
    Fails,
    /// The connection goes and comes again.
    Reconnects,
    /// Time passes.
    Passes(i64),
}

fn happens() -> impl Strategy<Value = Happens> {
    prop_oneof![
        6 => (0..MINUTES).prop_map(Happens::Closes),
        1 => (0..MINUTES).prop_map(Happens::Revises),
        2 => any::<bool>().prop_map(Happens::Answers),
        1 => Just(Happens::Fails),
        1 => Just(Happens::Reconnects),
        3 => (1..4_000_i64).prop_map(Happens::Passes),
    ]
}

const MINUTES: i64 = 40;

fn revised(n: i64) -> Candle {
    candle(START + n * M, n + 100)
}

/// Answers the question for candles that waits; `part` of it.
fn answer(bench: &mut Bench, at: i64, whole: bool) {
    if let Some((question, from, to)) = bench.asked() {
        let to = to.min(MINUTES);
        let until = if whole { to } else { (from + to) / 2 };
        bench.answer_all(at, &question, candles(from..until.max(from)));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn every_minute_is_told_once_in_order_as_the_source_has_it(
        events in prop::collection::vec(happens(), 0..120),
    ) {
        let mut bench = begun(Wanted::default());
        // All of it is over by then.
        let mut at = START + MINUTES * M + 500;
        for event in events {
            match event {
                Happens::Closes(n) => bench.kline(at, &minute(n), true),
                // What was accepted is not changed; what was not may only come as the source has it.
                Happens::Revises(n) if bench.minute_of(n).is_some() => {
                    bench.kline(at, &revised(n), true);
                }
                Happens::Revises(n) => bench.kline(at, &revised(n), false),
                Happens::Answers(whole) => answer(&mut bench, at, whole),
                Happens::Fails => if let Some((question, ..)) = bench.asked() {
                    bench.answer(at, &question, Told::Failed("no network".to_owned()));
                },
                Happens::Reconnects => {
                    bench.line(at, 0, Incoming::Closed("gone".to_owned()));
                    bench.line(at, 0, Incoming::Opened);
                    bench.line(at, 0, Incoming::Subscribed);
                }
                Happens::Passes(ms) => {
                    // Never a minute without an answer: nothing is given up.
                    at += ms.min(400);
                    bench.tick(at);
                }
            }
        }
        // Nothing of the source is withheld for ever.
        for _ in 0..40 {
            at += 1_000;
            bench.tick(at);
            answer(&mut bench, at, true);
        }
        prop_assert_eq!(bench.minutes(), real(0..MINUTES));
        for n in 0..MINUTES {
            let told = bench.minute_of(n).map(|m| m.slot.candle);
            prop_assert_eq!(format!("{told:?}"), format!("{:?}", Some(minute(n))));
        }
    }

    #[test]
    fn hostile_frames_move_nothing(
        texts in prop::collection::vec(".{0,200}", 1..6),
        times in prop::collection::vec(any::<i64>(), 1..6),
        venue in 0..3_usize,
    ) {
        let (name, symbol) = [
            ("binance", "BTC/USDT:USDT"),
            ("bybit", "BTC/USDT:USDT"),
            ("hyperliquid", "BTC/USDC:USDC"),
        ][venue];
        let mut bench = Bench::new(name, symbol, executed());
        bench.clock(START - 500, START - 500);
        for text in texts {
            bench.line(START, 0, Incoming::Frame(text));
        }
        for time in times {
            let frame = format!(
                r#"{{"stream":"btcusdt@kline_1m","data":{{"e":"kline","E":{time},"s":"BTCUSDT","k":{{"t":{time},"T":{time},"s":"BTCUSDT","i":"1m","f":1,"L":2,"o":"1","c":"1","h":"1","l":"1","v":"1","n":1,"x":true,"q":"1","V":"1","Q":"1","B":"0"}}}}}}"#
            );
            bench.line(START, 0, Incoming::Frame(frame));
            let mark = format!(
                r#"{{"stream":"btcusdt@markPrice@1s","data":{{"e":"markPriceUpdate","E":{time},"s":"BTCUSDT","p":"1","i":"1","P":"1","r":"0.0001","T":{time}}}}}"#
            );
            bench.line(START, 0, Incoming::Frame(mark));
        }
        bench.tick(START + 100);
        prop_assert!(bench.minutes().is_empty());
        prop_assert!(bench.questions.len() < 8);
    }
}
