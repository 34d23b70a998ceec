//! One path from the contract's calls to an author's functions, in Wasm and natively alike.

use crate::contract::*;
use crate::data::{Data, Portfolio};
use crate::params::Parameters;
use crate::strategy::Strategy;

/// An instance with the series it was bound to.
pub struct Runner<S> {
    strategy: S,
    series: Vec<Place>,
}

/// Where the candles of a series belong.
#[derive(Clone, Copy)]
struct Place {
    need: u32,
    instrument: InstrumentId,
    timeframe: Timeframe,
}

impl<S: Strategy> Runner<S> {
    pub(crate) fn manifest() -> Manifest {
        let mut manifest = S::about();
        manifest.parameters = S::Params::declare();
        manifest
    }

    pub(crate) fn init(values: &[NamedValue]) -> Result<(Self, Needs), InitError> {
        let strategy = S::new(S::Params::read(values)?)?;
        let needs = strategy.needs();
        Ok((
            Self {
                strategy,
                series: Vec::new(),
            },
            needs,
        ))
    }

    pub(crate) fn start(&mut self, series: &[SeriesBinding], streams: &[StreamBinding]) {
        let mut by_id: Vec<_> = series.iter().collect();
        by_id.sort_by_key(|binding| binding.id);
        let place = |binding: &&SeriesBinding| Place {
            need: binding.need,
            instrument: binding.instrument,
            timeframe: binding.timeframe,
        };
        self.series = by_id.iter().map(place).collect();
        self.strategy.on_start(series, streams);
    }

    #[inline]
    pub(crate) fn on_candle(&mut self, series: SeriesId, candle: Candle, bits: u32) {
        let data = self.data(series, candle, bits);
        self.strategy.update(&data);
        let signals = self.strategy.on_candle(
            &data,
            &Portfolio {
                instrument: data.instrument,
            },
        );
        for signal in signals {
            if let Err(refusal) = signal.send(&data) {
                self.strategy.on_refused(&signal, &refusal);
            }
        }
    }

    pub(crate) fn on_candles(&mut self, series: SeriesId, candles: &CandleColumns) {
        for index in 0..candles.len() {
            let bits = candles.bits.get(index).copied().unwrap_or(0);
            let data = self.data(series, candles.candle(index), bits);
            self.strategy.update(&data);
        }
    }

    pub(crate) fn on_rows(&mut self, stream: StreamId, rows: &Rows) {
        self.strategy.on_rows(stream, rows);
    }

    pub(crate) fn on_event(&mut self, time: Timestamp, event: &Event) {
        self.strategy.on_event(time, event);
    }

    fn data(&self, series: SeriesId, candle: Candle, bits: u32) -> Data {
        let Place {
            need,
            instrument,
            timeframe,
        } = self.series[series as usize];
        Data {
            series,
            need,
            instrument,
            timeframe,
            candle,
            bits,
        }
    }
}
