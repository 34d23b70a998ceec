//! Streams of rows on their way to one strategy: what it is bound to, what it waits for, what it may look back at.
//!
//! The rule this keeps: a row is known at its `available_at` and to nobody before (`simulation.md` section 15, trap 4). The
//! loop hands over rows at the end of the minute in which they became known, in that order.

use std::collections::VecDeque;

use crate::domain::{
    Delivery, Instrument, Needs, Rows, StreamBinding, StreamNeed, StreamRow, StreamSource,
    Timestamp,
};
use crate::engine::desk::RoleBinding;
use crate::engine::history::HISTORY_ROWS;

/// One stream as a trader delivers it.
#[derive(Debug)]
struct StreamState {
    binding: StreamBinding,
    delivery: Delivery,
    warm_up: usize,
    /// Index of the [`StreamSource`].
    source: u32,
    /// The last rows before the first decision.
    warm: VecDeque<StreamRow>,
    /// Known since the last primary candle (delivery with-primary).
    bulk: Rows,
}

/// All streams of one strategy, by id.
#[derive(Debug, Default)]
pub(super) struct Streams {
    states: Vec<StreamState>,
}

impl Streams {
    /// Binds every need to the sources of its role's instruments. Ids count from 0 in the order of the needs, then of the
    /// instruments; what the run does not have is left out.
    pub(super) fn bind(needs: &Needs, roles: &[RoleBinding], sources: &[StreamSource]) -> Self {
        let mut states = Vec::new();
        for_each_wish(needs, roles, |index, need, instrument| {
            let Some(source) = source_of(need, instrument, sources) else {
                return;
            };
            states.push(StreamState {
                binding: StreamBinding {
                    id: u32::try_from(states.len()).expect("few streams"),
                    need: index,
                    instrument,
                    columns: sources[source].columns.clone(),
                },
                delivery: need.delivery,
                warm_up: need.warm_up as usize,
                source: u32::try_from(source).expect("few sources"),
                warm: VecDeque::new(),
                bulk: Rows::default(),
            });
        });
        Self { states }
    }

    pub(super) fn bindings(&self) -> Vec<StreamBinding> {
        self.states.iter().map(|s| s.binding.clone()).collect()
    }

    #[inline]
    pub(super) fn is_empty(&self) -> bool {
        self.states.is_empty()
    }

    /// Ids of the streams that a row belongs to: usually one.
    pub(super) fn ids_of(&self, row: &StreamRow) -> impl Iterator<Item = u32> + use<'_> {
        let source = row.source;
        let states = self.states.iter().filter(move |s| s.source == source);
        states.map(|s| s.binding.id)
    }

    /// A row before the first decision.
    pub(super) fn warm(&mut self, row: &StreamRow) {
        for stream in &mut self.states {
            if stream.source == row.source && stream.warm_up > 0 {
                if stream.warm.len() == stream.warm_up {
                    stream.warm.pop_front();
                }
                stream.warm.push_back(row.clone());
            }
        }
    }

    /// The warm-up of each stream that has any, by id.
    pub(super) fn take_warm(&mut self) -> Vec<(u32, Rows)> {
        let mut all = Vec::new();
        for stream in &mut self.states {
            let mut rows = Rows::default();
            for row in std::mem::take(&mut stream.warm) {
                push_row(&mut rows, &row);
            }
            if !rows.time.is_empty() {
                all.push((stream.binding.id, rows));
            }
        }
        all
    }

    /// A row that is known now: as rows of its own to be delivered at once, or kept for the next primary candle.
    pub(super) fn known(&mut self, id: u32, row: &StreamRow) -> Option<Rows> {
        let stream = &mut self.states[id as usize];
        match stream.delivery {
            Delivery::Each => {
                let mut rows = Rows::default();
                push_row(&mut rows, row);
                Some(rows)
            }
            Delivery::WithPrimary => {
                push_row(&mut stream.bulk, row);
                None
            }
        }
    }

    /// What waited for the primary candle, by id.
    pub(super) fn take_bulk(&mut self) -> Vec<(u32, Rows)> {
        let states = self.states.iter_mut();
        let waiting = states.filter(|s| !s.bulk.time.is_empty());
        waiting
            .map(|s| (s.binding.id, std::mem::take(&mut s.bulk)))
            .collect()
    }
}

/// The last rows of one stream, kept only for strategies that look back.
#[derive(Debug, Clone, Default)]
pub struct StreamHistory {
    rows: VecDeque<StreamRow>,
}

impl StreamHistory {
    /// One more row that is known.
    pub fn push(&mut self, row: &StreamRow) {
        if self.rows.len() == HISTORY_ROWS {
            self.rows.pop_front();
        }
        self.rows.push_back(row.clone());
    }

    /// The last `count` rows, oldest first; fewer if there are fewer.
    #[must_use]
    pub fn tail(&self, count: u32) -> Rows {
        let count = (count as usize).min(self.rows.len());
        let mut out = Rows::default();
        for row in self.rows.range(self.rows.len() - count..) {
            push_row(&mut out, row);
        }
        out
    }

    /// The values of the last row; none if there is no row.
    #[must_use]
    pub fn last(&self) -> &[f64] {
        self.rows.back().map_or(&[], |row| &row.values)
    }
}

fn push_row(rows: &mut Rows, row: &StreamRow) {
    rows.time.push(row.time);
    rows.available_at.push(row.available_at);
    rows.values.extend_from_slice(&row.values);
}

/// Every stream that is wished for: index of the need, the need, the instrument.
fn for_each_wish<'a>(
    needs: &'a Needs,
    roles: &[RoleBinding],
    mut wish: impl FnMut(u32, &'a StreamNeed, u32),
) {
    for (index, need) in (0..).zip(&needs.streams) {
        let role = roles.iter().find(|(name, _)| *name == need.role);
        for instrument in role.into_iter().flat_map(|(_, instruments)| instruments) {
            wish(index, need, *instrument);
        }
    }
}

/// The first source of this kind for the instrument; with a detail only one of the same detail.
fn source_of(need: &StreamNeed, instrument: u32, sources: &[StreamSource]) -> Option<usize> {
    sources.iter().position(|source| {
        source.instrument == instrument
            && source.kind == need.kind
            && (need.detail == 0 || need.detail == source.detail)
    })
}

/// A stream that a strategy cannot do without and a run does not have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MissingStream {
    /// The role it is needed for.
    pub role: String,
    /// Index of the instrument.
    pub instrument: u32,
    /// Its name in the contract.
    pub kind: String,
    /// Levels of a book, minutes of an interval; 0 = the source's own.
    pub detail: u32,
}

impl MissingStream {
    /// The command that fetches it for a period, end excluded; nothing for a table that only the user can bring (`x-...`).
    #[must_use]
    pub fn fetch_command(
        &self,
        instrument: &Instrument,
        start: Timestamp,
        end: Timestamp,
    ) -> Option<String> {
        let user_table = self.kind.starts_with("x-");
        (!user_table).then(|| {
            format!(
                "host data fetch --exchange {} --symbol {} --streams {} --start {} --end {}",
                instrument.venue,
                instrument.symbol,
                self.kind,
                as_date(start),
                as_date(end),
            )
        })
    }
}

/// A day where the moment is midnight, else the whole time.
fn as_date(time: Timestamp) -> String {
    let text = time.rfc3339();
    match text.split_once('T') {
        Some((day, "00:00:00Z")) => day.to_owned(),
        _ => text,
    }
}

/// What of the needs is not optional and not among the sources of a run, each once, in the order of the needs.
#[must_use]
pub fn missing_streams(
    needs: &Needs,
    roles: &[RoleBinding],
    sources: &[StreamSource],
) -> Vec<MissingStream> {
    let mut missing = Vec::new();
    for_each_wish(needs, roles, |_, need, instrument| {
        if need.optional || source_of(need, instrument, sources).is_some() {
            return;
        }
        let stream = MissingStream {
            role: need.role.clone(),
            instrument,
            kind: need.kind.clone(),
            detail: need.detail,
        };
        if !missing.contains(&stream) {
            missing.push(stream);
        }
    });
    missing
}

#[cfg(test)]
mod tests {
    use super::*;

    fn need(role: &str, kind: &str, detail: u32, optional: bool) -> StreamNeed {
        StreamNeed {
            role: role.to_owned(),
            kind: kind.to_owned(),
            detail,
            warm_up: 0,
            delivery: Delivery::Each,
            optional,
        }
    }

    fn source(instrument: u32, kind: &str, detail: u32) -> StreamSource {
        StreamSource {
            instrument,
            kind: kind.to_owned(),
            detail,
            columns: vec!["value".to_owned()],
        }
    }

    fn roles() -> Vec<RoleBinding> {
        vec![
            ("main".to_owned(), vec![0, 1]),
            ("other".to_owned(), vec![2]),
        ]
    }

    #[test]
    fn ids_count_by_need_then_instrument_and_skip_what_is_not_there() {
        let needs = Needs {
            streams: vec![
                need("main", "funding", 0, true),
                need("other", "mark", 0, false),
                need("main", "open-interest", 5, false),
            ],
            ..Needs::default()
        };
        let sources = [
            source(2, "mark", 1),
            source(1, "funding", 0),
            source(0, "open-interest", 1),
            source(0, "open-interest", 5),
        ];
        let streams = Streams::bind(&needs, &roles(), &sources);
        let bound: Vec<_> = streams
            .states
            .iter()
            .map(|s| (s.binding.id, s.binding.need, s.binding.instrument, s.source))
            .collect();
        assert_eq!(bound, [(0, 0, 1, 1), (1, 1, 2, 0), (2, 2, 0, 3)]);
    }

    #[test]
    fn what_is_missing_is_named_with_the_command_that_fetches_it() {
        let needs = Needs {
            streams: vec![
                need("main", "funding", 0, false),
                need("main", "funding", 0, false),
                need("other", "mark", 0, true),
                need("other", "x-mood", 0, false),
            ],
            ..Needs::default()
        };
        let missing = missing_streams(&needs, &roles(), &[source(0, "funding", 0)]);
        let named: Vec<_> = missing
            .iter()
            .map(|m| (m.instrument, m.kind.as_str()))
            .collect();
        assert_eq!(named, [(1, "funding"), (2, "x-mood")]);
        let instrument = crate::venues::instruments::lookup("binance", "BTC/USDT:USDT");
        let instrument = instrument.expect("it is in the table");
        let day = |text| Timestamp::parse(text).expect("a time");
        assert_eq!(
            missing[0].fetch_command(&instrument, day("2025-05-04"), day("2025-06-24T12:30:00Z")),
            Some(
                "host data fetch --exchange binance --symbol BTC/USDT:USDT --streams funding \
                 --start 2025-05-04 --end 2025-06-24T12:30:00Z"
                    .to_owned()
            )
        );
        assert_eq!(
            missing[1].fetch_command(&instrument, day("2025-05-04"), day("2025-06-24")),
            None
        );
    }

    #[test]
    fn looking_back_is_bounded_and_in_order() {
        let mut history = StreamHistory::default();
        assert_eq!(history.last(), [0.0; 0]);
        for index in 0..6_000_i64 {
            history.push(&StreamRow {
                source: 0,
                time: Timestamp(index),
                available_at: Timestamp(index + 1),
                values: vec![1.0, 2.0],
            });
        }
        let rows = history.tail(u32::MAX);
        assert_eq!(
            (rows.time.len(), rows.time[0], rows.available_at[0]),
            (HISTORY_ROWS, Timestamp(1_000), Timestamp(1_001))
        );
        assert_eq!(history.tail(2).values, [1.0, 2.0, 1.0, 2.0]);
    }
}
