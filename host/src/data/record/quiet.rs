//! Streams that say nothing although they were subscribed to: a venue may accept and then forget.

use std::collections::{BTreeMap, BTreeSet};

use super::line::channel_name;
use crate::domain::Timestamp;
use crate::venues::stream::{Channel, Connection};

/// What usually speaks every second is silent then. Markets where little happens may be silent for so long too: it is only told.
const QUIET_MS: i64 = 120_000;

/// A symbol of the venue and a channel.
type Spoken = (String, &'static str);

/// Silent streams that were told.
#[derive(Debug, Default)]
pub(in crate::data) struct Quiet(BTreeSet<Spoken>);

impl Quiet {
    /// Streams that have fallen silent; each once until it speaks again. Trades and liquidations may always be silent.
    pub(in crate::data) fn look(
        &mut self,
        connections: &[Connection],
        heard: &BTreeMap<Spoken, Timestamp>,
        began: Timestamp,
        now: Timestamp,
    ) -> Vec<Spoken> {
        let mut fallen = Vec::new();
        for (symbol, channel) in connections.iter().flat_map(|c| &c.carries) {
            if matches!(channel, Channel::Trades | Channel::Liquidations) {
                continue;
            }
            let stream = (symbol.clone(), channel_name(*channel));
            let last = heard.get(&stream).copied().unwrap_or(began);
            if now.0.saturating_sub(last.0) < QUIET_MS {
                self.0.remove(&stream);
            } else if self.0.insert(stream.clone()) {
                fallen.push(stream);
            }
        }
        fallen
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{InstrumentKind, Timeframe};
    use crate::venues::adapters;

    #[test]
    fn a_stream_that_never_spoke_or_fell_silent_is_told_once() {
        let venue = adapters::stream("binance", InstrumentKind::LinearPerpetual);
        let wanted = |channel| ("BTCUSDT".to_owned(), channel);
        let channels = [
            Channel::Candles(Timeframe::M1),
            Channel::Mark,
            Channel::Trades,
        ];
        let (connections, _) = venue.expect("a venue").connections(&channels.map(wanted));
        let began = Timestamp(1_790_000_000_000);
        let mut heard = BTreeMap::new();
        heard.insert(("BTCUSDT".to_owned(), "mark"), began.plus_ms(60_000));
        let mut quiet = Quiet::default();
        let mut at = |heard: &BTreeMap<Spoken, Timestamp>, ms: i64| -> Vec<&'static str> {
            let fallen = quiet.look(&connections, heard, began, began.plus_ms(ms));
            fallen.into_iter().map(|(_, channel)| channel).collect()
        };
        assert!(at(&heard, 119_999).is_empty());
        assert_eq!(at(&heard, 120_000), ["candles"]);
        assert_eq!(at(&heard, 180_000), ["mark"]);
        assert!(at(&heard, 200_000).is_empty(), "told already");
        heard.insert(("BTCUSDT".to_owned(), "mark"), began.plus_ms(210_000));
        assert!(at(&heard, 211_000).is_empty());
        assert_eq!(at(&heard, 400_000), ["mark"]);
    }
}
