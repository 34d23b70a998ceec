use guest_sdk::prelude::*;
use guest_sdk::testing::{Harness, Sent, candles_from_closes};

use super::*;

#[test]
fn crosses_count_only_with_the_trend_and_only_once_it_is_known() {
    // Three-minute candles close with indices 2, 5, 8. Their average of two is 9.95 from index 5 on, at that candle already.
    // Fast less slow from index 3 on: 0, 0.5, -0.55, 1.05, -1.1, 0.1, -0.02.
    let closes = [10.0, 10.0, 10.0, 10.0, 11.0, 9.9, 12.0, 9.8, 10.0, 9.96];
    let candles = candles_from_closes(0, Timeframe::M1, &closes);
    let params = Params {
        timeframe: Timeframe::M1,
        trend_timeframe: Timeframe::M3,
        trend: 2,
        fast: 1,
        slow: 2,
        stop: 0.5,
        target: 0.5,
        ..Params::default()
    };
    let outcome = Harness::<MtfTrend>::new(params).unwrap().run(&candles);
    let opens = outcome.sent.iter().filter_map(|sent| match sent.what {
        Sent::Open { direction, .. } => Some((sent.open_time / 60_000, direction)),
        _ => None,
    });
    // Down at 5 is the first comparison and only remembered; down at 9 is over the trend.
    let expected = [(6, Direction::Long), (7, Direction::Short), (8, Direction::Long)];
    assert_eq!(opens.collect::<Vec<_>>(), expected);
    assert_eq!(outcome.decisions, 7, "from index 3 on, when one long candle had closed");
}

#[test]
fn waits_for_one_trend_candle_less_than_the_average_takes() {
    let needs = MtfTrend::new(Params::default()).unwrap().needs();
    let series: Vec<_> = needs.series.iter().map(|need| (need.timeframe, need.warm_up)).collect();
    assert_eq!(series, [(Timeframe::M15, 30), (Timeframe::H4, 49)]);
}
