from host_sdk.contract import Direction
from host_sdk.testing import Harness, Opened, candles_from_closes
from strategy import MtfTrend


def test_crosses_count_only_with_the_trend_and_only_once_it_is_known() -> None:
    # Three-minute candles close with indices 2, 5, 8. Their average of two is 9.95 from index 5 on, at that candle already.
    # Fast less slow from index 3 on: 0, 0.5, -0.55, 1.05, -1.1, 0.1, -0.02.
    closes = [10.0, 10.0, 10.0, 10.0, 11.0, 9.9, 12.0, 9.8, 10.0, 9.96]
    strategy = MtfTrend.with_params(
        timeframe="1m", trend_timeframe="3m", trend=2, fast=1, slow=2, stop=0.5, target=0.5
    )
    outcome = Harness(strategy).run(candles_from_closes(0, "1m", closes))
    opens = [(sent.open_time // 60_000, sent.direction) for sent in outcome.sent if isinstance(sent, Opened)]
    # Down at 5 is the first comparison and only remembered; down at 9 is over the trend.
    assert opens == [(6, Direction.LONG), (7, Direction.SHORT), (8, Direction.LONG)]
    assert outcome.decisions == 7, "from index 3 on, when one long candle had closed"
