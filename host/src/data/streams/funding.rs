//! Funding: when a record settles, which settlements are missing, and what stands for them.
//!
//! Source: `simulation.md` section 9 (S86, F48).

use crate::data::DataError;
use crate::data::candles::TIME_MAX;
use crate::domain::{Price, Rate, Timeframe, Timestamp};

use super::open::Place;
use super::record::Record;

const HOUR_MS: i64 = 3_600_000;
/// A record this far from a full hour is no settlement.
const OFF_HOUR_MS: i64 = 30_000;

/// Time between settlements where no record says it.
pub(in crate::data) fn usual_step(venue: &str) -> Timeframe {
    match venue {
        "hyperliquid" => Timeframe::H1,
        _ => Timeframe::H8,
    }
}

/// The minute a settlement stamped at `time` belongs to: the full hour it is less than 30 s away from. `None` is refused.
///
/// **Source**: `simulation.md` section 9, F48.
#[must_use]
pub fn settlement_minute(time: Timestamp) -> Option<Timestamp> {
    let past = time.0.rem_euclid(HOUR_MS);
    if past < OFF_HOUR_MS {
        Some(time.plus_ms(-past))
    } else if HOUR_MS - past < OFF_HOUR_MS {
        Some(time.plus_ms(HOUR_MS - past))
    } else {
        None
    }
}

/// One settlement at its minute.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Settlement {
    /// The minute at whose beginning it is due.
    pub time: Timestamp,
    /// When it could first be known.
    pub available_at: Timestamp,
    /// The settled rate; positive: longs pay.
    pub rate: Rate,
    /// The same as recorded, which may have more than eight decimals.
    pub exact_rate: f64,
    /// Mark (or oracle) price at the settlement, if the source has it.
    pub price: Option<Price>,
    /// Hours since the settlement before it; NaN for the first.
    pub interval_hours: f64,
    /// Not recorded but put in by a policy.
    pub substituted: bool,
}

/// What to do about settlements that should be there and are not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MissingFunding {
    /// The run does not begin.
    Error,
    /// They settle at 0.
    Zero,
    /// They settle at the rate of the one before; 0 before the first.
    Last,
}

/// Records become settlements, oldest first. Of two at one minute the later stamp wins if they agree in nothing but the minute.
///
/// # Errors
/// A record 30 s or more away from a full hour: those do not get into the catalog.
pub(super) fn settlements(records: &[Record]) -> Result<Vec<Settlement>, DataError> {
    let mut all: Vec<Settlement> = Vec::with_capacity(records.len());
    for record in records {
        let refused = || {
            DataError::user(format!(
                "a funding record of {} is 30 s or more away from a full hour",
                record.time.rfc3339()
            ))
            .with_hint("settlements happen at full hours: remove the record")
        };
        let out_of_range = |e| DataError::user(format!("funding at {}: {e}", record.time));
        let time = settlement_minute(record.time).ok_or_else(refused)?;
        let [rate, price] = record.values;
        let settlement = Settlement {
            time,
            available_at: record.available_at.unwrap_or(time).max(time),
            rate: Rate::from_f64(rate).map_err(out_of_range)?,
            exact_rate: rate,
            price: match price.is_nan() {
                true => None,
                false => Some(Price::from_f64(price).map_err(out_of_range)?),
            },
            interval_hours: f64::NAN,
            substituted: false,
        };
        match all.last_mut() {
            Some(last) if last.time == time => *last = settlement,
            _ => all.push(settlement),
        }
    }
    intervals(&mut all);
    Ok(all)
}

#[expect(clippy::cast_precision_loss, reason = "hours between settlements")]
fn intervals(all: &mut [Settlement]) {
    let mut last: Option<Timestamp> = None;
    for settlement in all {
        settlement.interval_hours = last.map_or(f64::NAN, |last| {
            (settlement.time.0 - last.0) as f64 / HOUR_MS as f64
        });
        last = Some(settlement.time);
    }
}

/// Settlements that should lie strictly between `from` and `to` and do not. The interval is that of the neighbors: the longer of
/// the medians of the three gaps before and after; `usual_ms` where there are none.
#[must_use]
pub fn missing(
    times: &[Timestamp],
    usual_ms: i64,
    from: Timestamp,
    to: Timestamp,
) -> Vec<Timestamp> {
    let (from, to) = (from.max(Timestamp(0)), to.min(TIME_MAX));
    let mut found = Vec::new();
    let mut steps = |start: Timestamp, step: i64, end: Timestamp| {
        let mut time = start.plus_ms(step);
        while time < end && time < to {
            if time > from {
                found.push(time);
            }
            time = time.plus_ms(step);
        }
    };
    let (Some(first), Some(last)) = (times.first(), times.last()) else {
        let start = from.plus_ms(-from.0.rem_euclid(usual_ms));
        steps(start, usual_ms, to);
        return found;
    };
    let gaps: Vec<i64> = times.windows(2).map(|w| w[1].0 - w[0].0).collect();
    let head = median(&gaps[..gaps.len().min(3)]).unwrap_or(usual_ms);
    if *first > from {
        let count = (first.0 - from.0) / head + 1;
        steps(first.plus_ms(-count * head), head, *first);
    }
    for (i, gap) in gaps.iter().enumerate() {
        let before = &gaps[i.saturating_sub(3)..i];
        let after = &gaps[i + 1..gaps.len().min(i + 4)];
        // At an end there is one side only, and a change of interval may follow at once: its longest gap counts.
        let step = match (before, after) {
            ([], side) | (side, []) => side.iter().max().copied(),
            _ => median(before).max(median(after)),
        };
        let step = step.unwrap_or(usual_ms);
        if *gap > step {
            steps(times[i], step, times[i + 1]);
        }
    }
    let tail = median(&gaps[gaps.len().saturating_sub(3)..]).unwrap_or(usual_ms);
    steps(*last, tail, to);
    found
}

/// Of an even number the lower one.
fn median(gaps: &[i64]) -> Option<i64> {
    let mut sorted = gaps.to_vec();
    sorted.sort_unstable();
    sorted.get(sorted.len().saturating_sub(1) / 2).copied()
}

/// Treats the settlements missing strictly between `from` and `to` as the policy says; those put in.
///
/// # Errors
/// Under [`MissingFunding::Error`]: the first one missing, and the commands that bring it.
pub(super) fn complete(
    settlements: &mut Vec<Settlement>,
    policy: MissingFunding,
    place: &Place,
    from: Timestamp,
    to: Timestamp,
) -> Result<Vec<Timestamp>, DataError> {
    let times: Vec<_> = settlements.iter().map(|s| s.time).collect();
    let missing = missing(&times, place.usual_funding_ms(), from, to);
    let Some(first) = missing.first() else {
        return Ok(missing);
    };
    if policy == MissingFunding::Error {
        let what = if settlements.is_empty() {
            format!("there is no funding of {place}")
        } else {
            format!(
                "funding of {place} lacks {} settlements, the first at {first}",
                missing.len()
            )
        };
        return Err(DataError::user(what).with_hint(format!(
            "{}\nor go on without them: --funding zero, --funding last",
            place.how_to_get("funding", from, to)
        )));
    }
    for time in &missing {
        let at = settlements.partition_point(|s| s.time < *time);
        let before = at.checked_sub(1).map(|i| settlements[i]);
        let last = before.filter(|_| policy == MissingFunding::Last);
        settlements.insert(
            at,
            Settlement {
                time: *time,
                available_at: *time,
                rate: last.map_or(Rate::ZERO, |s| s.rate),
                exact_rate: last.map_or(0.0, |s| s.exact_rate),
                price: None,
                interval_hours: f64::NAN,
                substituted: true,
            },
        );
    }
    intervals(settlements);
    Ok(missing)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::InstrumentKind;

    /// F48.
    #[test]
    fn settlements_belong_to_the_full_hour() {
        let of = |t| settlement_minute(Timestamp(t)).map(|t| t.0);
        for (time, minute) in [
            (28_800_000, Some(28_800_000)),
            (28_800_031, Some(28_800_000)),
            (28_799_990, Some(28_800_000)),
            (28_829_999, Some(28_800_000)),
            (28_830_000, None),
            (28_770_001, Some(28_800_000)),
            (28_770_000, None),
        ] {
            assert_eq!(of(time), minute, "{time}");
        }
    }

    fn hours(hours: &[i64]) -> Vec<Timestamp> {
        hours.iter().map(|h| Timestamp(h * HOUR_MS)).collect()
    }

    fn missing_hours(have: &[i64], usual: i64, from: i64, to: i64) -> Vec<i64> {
        let at = |h: i64| Timestamp(h * HOUR_MS);
        let found = missing(&hours(have), usual * HOUR_MS, at(from), at(to));
        found.iter().map(|t| t.0 / HOUR_MS).collect()
    }

    #[test]
    fn missing_settlements_follow_from_their_neighbors() {
        for (have, usual, from, to, expected) in [
            (&[0, 8, 16, 24, 32][..], 8, 0, 40, &[][..]),
            (&[0, 8, 24, 32], 8, 0, 40, &[16]),
            // A hole of two, and of two that are apart.
            (&[0, 8, 32, 40], 8, 0, 48, &[16, 24]),
            (&[0, 8, 16, 24, 40, 56, 64, 72, 80], 8, 0, 88, &[32, 48]),
            // The venue goes from eight hours to one, and back.
            (&[0, 8, 16, 17, 18, 19, 20], 8, 0, 21, &[]),
            (&[0, 1, 2, 3, 4, 8, 16, 24], 8, 0, 32, &[]),
            (&[0, 1, 2, 4, 5, 6], 8, 0, 7, &[3]),
            // Before the first and after the last; the ends of the period themselves do not count.
            (&[16, 24, 32], 8, 0, 56, &[8, 40, 48]),
            // Nothing at all: the usual grid.
            (&[], 8, 0, 25, &[8, 16, 24]),
            (&[], 1, 2, 5, &[3, 4]),
            (&[8], 8, 0, 25, &[16, 24]),
            // Outside the period nothing is missing.
            (&[0, 8, 40, 48], 8, 41, 50, &[]),
        ] {
            let found = missing_hours(have, usual, from, to);
            assert_eq!(found, expected, "{have:?} {from} to {to}");
        }
    }

    fn record(hour: i64, rate: f64) -> Record {
        Record {
            time: Timestamp(hour * HOUR_MS + 7),
            available_at: None,
            values: [rate, f64::NAN],
        }
    }

    fn place() -> Place {
        Place::new("binance", InstrumentKind::LinearPerpetual, "BTC/USDT:USDT").expect("a place")
    }

    #[test]
    fn policies_fill_in_or_stop() {
        let records = [record(0, 0.0001), record(8, 0.0002), record(24, 0.0003)];
        let all = settlements(&records).expect("full hours");
        assert_eq!(all[1].interval_hours, 8.0);
        let (from, to) = (Timestamp(0), Timestamp(30 * HOUR_MS));
        let rates = |policy| {
            let mut all = all.clone();
            let put_in = complete(&mut all, policy, &place(), from, to).expect("goes on");
            assert_eq!(put_in, hours(&[16]));
            let row = |s: &Settlement| (s.time.0 / HOUR_MS, s.rate.0, s.substituted);
            all.iter().map(row).collect::<Vec<_>>()
        };
        let zero = [
            (0, 10_000, false),
            (8, 20_000, false),
            (16, 0, true),
            (24, 30_000, false),
        ];
        assert_eq!(rates(MissingFunding::Zero), zero);
        assert_eq!(rates(MissingFunding::Last)[2], (16, 20_000, true));
        let error = complete(&mut all.clone(), MissingFunding::Error, &place(), from, to);
        let error = error.expect_err("one is missing");
        assert!(error.to_string().contains("1970-01-01 16:00"), "{error}");
        let hint = error.hint().expect("a hint");
        let command = "host data fetch --exchange binance --symbol BTC/USDT:USDT --streams funding";
        assert!(hint.contains(command), "{hint}");
        assert!(hint.contains("host data import"), "{hint}");
        let none = complete(&mut Vec::new(), MissingFunding::Error, &place(), from, to);
        assert!(none.expect_err("none").to_string().contains("no funding"));
        let mut empty = Vec::new();
        complete(&mut empty, MissingFunding::Last, &place(), from, to).expect("goes on");
        assert_eq!(empty.len(), 3);
    }

    #[test]
    fn a_record_between_hours_is_refused() {
        let between = Record {
            time: Timestamp(HOUR_MS / 2),
            ..record(0, 0.0)
        };
        assert!(settlements(&[between]).is_err());
    }

    proptest! {
        #[test]
        fn missing_ones_are_ascending_inside_and_new(
            steps in prop::collection::vec(1..40i64, 0..30), from in -50..200i64, length in 0..300i64,
        ) {
            let mut at = 0;
            let have: Vec<_> = steps.iter().map(|s| { at += s; at }).collect();
            let found = missing_hours(&have, 8, from, from + length);
            prop_assert!(found.windows(2).all(|w| w[0] < w[1]));
            prop_assert!(found.iter().all(|h| *h > from && *h < from + length && !have.contains(h)));
        }
    }
}
