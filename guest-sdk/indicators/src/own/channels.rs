//! Extremes of a window and distances from them.

use crate::catalog::values;
use crate::updates::updates;
use crate::window::Window;
use crate::{Atr, Channel, DonchianChannel, MidPrice, Sma, TrueRange, timing};

/// The simple mean of the true range; that of the first candle is its high less its low.
#[derive(Debug, Clone, PartialEq)]
pub struct AtrSma {
    range: TrueRange,
    average: Sma,
    value: Option<f64>,
}

impl AtrSma {
    /// A mean over so many candles.
    ///
    /// # Panics
    /// If `period` is not positive.
    pub fn new(period: i32) -> Self {
        Self {
            range: TrueRange::new(),
            average: Sma::new(period),
            value: None,
        }
    }

    updates!((high, low, close) -> f64);

    #[inline]
    fn next(&mut self, high: f64, low: f64, close: f64) -> Option<f64> {
        let range = self.range.update(high, low, close);
        self.average.update(range.unwrap_or(high - low))
    }
}

// The first true range lacks the gap before it: the start matters for one update more.
timing!(AtrSma(period: i32) -> f64: first period, then 1);

/// The highest high and the lowest low of the n candles before the newest one: what it can break out of.
#[derive(Debug, Clone, PartialEq)]
pub struct PreviousDonchian {
    channel: DonchianChannel,
    value: Option<Channel>,
}

impl PreviousDonchian {
    /// A channel of this many candles.
    ///
    /// # Panics
    /// If `period` is not positive.
    pub fn new(period: i32) -> Self {
        Self {
            channel: DonchianChannel::new(period),
            value: None,
        }
    }

    updates!((high, low) -> Channel);

    #[inline]
    fn next(&mut self, high: f64, low: f64) -> Option<Channel> {
        let before = self.channel.value();
        self.channel.update(high, low);
        before
    }
}

timing!(PreviousDonchian(period: i32) -> Channel: first period + 1, then 0);

values! {
    /// The stops of a chandelier exit.
    pub struct ChandelierValues {
        /// For a long position, below the highest high.
        long,
        /// For a short one, above the lowest low.
        short,
    }
}

/// Chandelier exit: stops so many average true ranges (Wilder's) below the highest high and above the lowest low of the window.
#[derive(Debug, Clone, PartialEq)]
pub struct Chandelier {
    channel: DonchianChannel,
    range: Atr,
    multiple: f64,
    value: Option<ChandelierValues>,
}

impl Chandelier {
    /// Stops by the extremes and the average range of so many candles.
    ///
    /// # Panics
    /// If `period` is not positive.
    pub fn new(period: i32, multiple: f64) -> Self {
        Self {
            channel: DonchianChannel::new(period),
            range: Atr::new(period),
            multiple,
            value: None,
        }
    }

    updates!((high, low, close) -> ChandelierValues);

    #[inline]
    fn next(&mut self, high: f64, low: f64, close: f64) -> Option<ChandelierValues> {
        let channel = self.channel.update(high, low);
        let away = self.multiple * self.range.update(high, low, close)?;
        let channel = channel?;
        Some(ChandelierValues {
            long: channel.upper - away,
            short: channel.lower + away,
        })
    }
}

timing!(Chandelier(period: i32, multiple: f64) -> ChandelierValues:
    first Atr::first_value(period),
    then Atr::warm_up(period) - Atr::first_value(period));

values! {
    /// The lines of an Ichimoku cloud; each NaN until there are candles enough.
    pub struct IchimokuValues {
        /// Conversion line (tenkan-sen).
        conversion,
        /// Base line (kijun-sen).
        base,
        /// Leading span A (senkou) of the cloud at this candle: computed a displacement of candles ago.
        leading_a,
        /// Leading span B of the cloud at this candle.
        leading_b,
        /// Leading span A computed now, of the cloud a displacement ahead.
        leading_a_ahead,
        /// Leading span B computed now.
        leading_b_ahead,
    }
}

/// Ichimoku cloud: middles between the highest high and the lowest low of three windows. Span A is the middle of conversion and
/// base line, span B that of the longest window; both are drawn a displacement of candles ahead. The lagging span is the close itself.
#[derive(Debug, Clone, PartialEq)]
pub struct Ichimoku {
    conversion: MidPrice,
    base: MidPrice,
    leading: MidPrice,
    /// The spans on their way to the candles they are drawn at.
    a_ahead: Window,
    b_ahead: Window,
    value: Option<IchimokuValues>,
}

impl Ichimoku {
    /// Windows of the conversion line, the base line and span B, and how many candles ahead the spans are drawn.
    ///
    /// # Panics
    /// If a period is not positive.
    pub fn new(conversion: i32, base: i32, leading: i32, displacement: i32) -> Self {
        Self {
            conversion: MidPrice::new(conversion),
            base: MidPrice::new(base),
            leading: MidPrice::new(leading),
            a_ahead: Window::new(displacement),
            b_ahead: Window::new(displacement),
            value: None,
        }
    }

    updates!((high, low) -> IchimokuValues);

    #[inline]
    fn next(&mut self, high: f64, low: f64) -> Option<IchimokuValues> {
        let conversion = self.conversion.update(high, low);
        let base = self.base.update(high, low);
        let span_a = conversion.zip(base).map(|(one, other)| (one + other) / 2.0);
        let span_b = self.leading.update(high, low);
        let or_nan = |line: Option<f64>| line.unwrap_or(f64::NAN);
        let lines = IchimokuValues {
            conversion: or_nan(conversion),
            base: or_nan(base),
            leading_a: or_nan(span_a.and_then(|span| self.a_ahead.push(span))),
            leading_b: or_nan(span_b.and_then(|span| self.b_ahead.push(span))),
            leading_a_ahead: or_nan(span_a),
            leading_b_ahead: or_nan(span_b),
        };
        let ready = conversion.is_some() || base.is_some() || span_b.is_some();
        ready.then_some(lines)
    }
}

timing!(Ichimoku(conversion: i32, base: i32, leading: i32, displacement: i32) -> IchimokuValues:
    first conversion,
    then conversion.max(base).max(leading) + displacement - conversion);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_previous_channel_leaves_out_the_newest_candle() {
        let mut channel = PreviousDonchian::new(1);
        assert_eq!(channel.update(5.0, 3.0), None);
        let (broken, middle) = (channel.update(9.0, 4.0).expect("a channel"), 4.0);
        assert_eq!(
            (broken.upper, broken.middle, broken.lower),
            (5.0, middle, 3.0)
        );
    }

    #[test]
    fn a_cloud_is_drawn_ahead() {
        let mut cloud = Ichimoku::new(1, 1, 1, 2);
        let spans = [10.0, 20.0, 30.0].map(|price| cloud.update(price, price));
        let last = spans[2].expect("lines");
        assert_eq!((last.leading_a, last.leading_b), (10.0, 10.0));
        assert_eq!((last.leading_a_ahead, last.leading_b_ahead), (30.0, 30.0));
        assert!(spans[1].expect("lines").leading_a.is_nan());
    }
}
