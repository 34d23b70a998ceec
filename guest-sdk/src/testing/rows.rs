//! Rows of streams in the harness: told when they are known, in bulk or one by one.

use crate::contract::*;
use crate::manifest::MAIN;
use crate::streams::Row;
use crate::testing::INSTRUMENT;

/// A row that waits to be known.
struct Waiting {
    time: Timestamp,
    available_at: Timestamp,
    values: Vec<f64>,
}

/// One stream that was asked for.
struct Stream {
    /// Its id; nothing if it is not bound.
    id: Option<StreamId>,
    need: StreamNeed,
    given: bool,
    /// By available-at.
    rows: std::collections::VecDeque<Waiting>,
}

/// All streams a strategy asked for.
pub(super) struct RowFeed {
    streams: Vec<Stream>,
}

impl RowFeed {
    pub(super) fn new(needs: &Needs) -> RowFeed {
        let stream = |need: &StreamNeed| Stream {
            id: None,
            need: need.clone(),
            given: false,
            rows: std::collections::VecDeque::new(),
        };
        RowFeed {
            streams: needs.streams.iter().map(stream).collect(),
        }
    }

    /// Rows for every need of this kind.
    pub(super) fn add(&mut self, kind: &str, rows: Vec<(Timestamp, Timestamp, Vec<f64>)>) {
        for stream in &mut self.streams {
            if stream.need.kind != kind {
                continue;
            }
            stream.given = true;
            let waiting = rows.iter().map(|(time, available_at, values)| Waiting {
                time: *time,
                available_at: *available_at,
                values: values.clone(),
            });
            stream.rows.extend(waiting);
            let known = |row: &Waiting| row.available_at;
            stream.rows.make_contiguous().sort_by_key(known);
        }
    }

    /// Numbers the streams that got rows.
    pub(super) fn bindings(&mut self) -> Vec<StreamBinding> {
        let mut bindings = Vec::new();
        for (need, stream) in (0..).zip(&mut self.streams) {
            let StreamNeed {
                role,
                kind,
                optional,
                ..
            } = &stream.need;
            assert_eq!(role, MAIN, "a harness has the role `main` only");
            assert!(
                stream.given || *optional,
                "the stream `{kind}` is needed: give the harness its rows"
            );
            if !stream.given {
                continue;
            }
            let id = bindings.len() as StreamId;
            let columns = stream.rows.front().map_or(0, |row| row.values.len());
            stream.id = Some(id);
            bindings.push(StreamBinding {
                id,
                need,
                instrument: INSTRUMENT,
                columns: (0..columns).map(|index| index.to_string()).collect(),
            });
        }
        bindings
    }

    /// The last rows known by the first decision, as many as were wanted.
    pub(super) fn warm(&mut self, now: Timestamp) -> Vec<(StreamId, Rows)> {
        let mut all = Vec::new();
        for stream in &mut self.streams {
            let mut known = stream.take_known(now);
            let wanted = stream.need.warm_up as usize;
            known.drain(..known.len().saturating_sub(wanted));
            if let (Some(id), false) = (stream.id, known.is_empty()) {
                all.push((id, together(&known)));
            }
        }
        all
    }

    /// What became known by now: those delivered `each` one by one, then the others in bulk.
    pub(super) fn known(&mut self, now: Timestamp) -> Vec<(StreamId, Rows)> {
        let mut single = Vec::new();
        let mut bulk = Vec::new();
        for stream in &mut self.streams {
            let known = stream.take_known(now);
            let Some(id) = stream.id else { continue };
            match stream.need.delivery {
                Delivery::Each => single.extend(known.into_iter().map(|row| (id, row))),
                Delivery::WithPrimary if !known.is_empty() => bulk.push((id, together(&known))),
                Delivery::WithPrimary => {}
            }
        }
        single.sort_by_key(|(_, row)| row.available_at);
        let one_by_one = single.iter().map(|(id, row)| (*id, together([row])));
        one_by_one.chain(bulk).collect()
    }
}

impl Stream {
    fn take_known(&mut self, now: Timestamp) -> Vec<Waiting> {
        let count = self.rows.partition_point(|row| row.available_at <= now);
        self.rows.drain(..count).collect()
    }
}

fn together<'a>(waiting: impl IntoIterator<Item = &'a Waiting>) -> Rows {
    let mut rows = none();
    for row in waiting {
        push(
            &mut rows,
            Row {
                time: row.time,
                available_at: row.available_at,
                values: &row.values,
            },
        );
    }
    rows
}

/// No rows.
pub(super) fn none() -> Rows {
    Rows {
        time: Vec::new(),
        available_at: Vec::new(),
        values: Vec::new(),
    }
}

/// One more row.
pub(super) fn push(rows: &mut Rows, row: Row<'_>) {
    rows.time.push(row.time);
    rows.available_at.push(row.available_at);
    rows.values.extend_from_slice(row.values);
}
