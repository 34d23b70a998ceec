from host_sdk.contract import Direction
from host_sdk.testing import Harness, Opened, candles_from_closes
from strategy import MtfTrend


def test_crosses_count_only_with_the_trend_and_only_once_it_is_known() -> None:
    # Three-minute candles close with indices 2, 5, 8, 11 at 10, 10, 9, 13: their average of two is 10 from index 5 on, 9.5 from 8.
    # The average of two less that of three turns up at 6, down at 8 (under the trend), up at 10; down at 13, but over the trend.
    closes = [10.0, 10.0, 10.0, 10.0, 10.0, 10.0, 12.0, 12.0, 9.0, 8.0, 12.0, 13.0, 13.0, 12.5]
    strategy = MtfTrend.with_params(
        timeframe="1m", trend_timeframe="3m", trend=2, fast=2, slow=3, stop=0.5, target=0.5
    )
    outcome = Harness(strategy).run(candles_from_closes(0, "1m", closes))
    opens = [(sent.open_time // 60_000, sent.direction) for sent in outcome.sent if isinstance(sent, Opened)]
    assert opens == [(6, Direction.LONG), (8, Direction.SHORT), (10, Direction.LONG)]
    assert outcome.decisions == 11, "from index 3 on, when one long candle had closed"
