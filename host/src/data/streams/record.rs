//! One record of a stream that is not made of candles.

use super::funding::settlement_minute;
use crate::data::candles::TIME_MAX;
use crate::domain::Timestamp;

/// A stream of records, as the catalog keeps it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum RecordKind {
    /// Settled funding: rate, mark price at the settlement.
    Funding,
    /// Open interest: base units, quote units.
    OpenInterest,
    /// Liquidations: signed quantity (> 0: longs were liquidated), price.
    Liquidations,
}

impl RecordKind {
    /// All kinds.
    pub const ALL: [Self; 3] = [Self::Funding, Self::OpenInterest, Self::Liquidations];

    /// Its name in folders and on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Funding => "funding",
            Self::OpenInterest => "open-interest",
            Self::Liquidations => "liquidations",
        }
    }

    /// By its name.
    #[must_use]
    pub fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// Names of its two values in files of the catalog.
    #[must_use]
    pub fn columns(self) -> [&'static str; 2] {
        match self {
            Self::Funding => ["funding_rate", "mark_price"],
            Self::OpenInterest => ["open_interest", "open_interest_value"],
            Self::Liquidations => ["qty", "price"],
        }
    }
}

/// One record.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Record {
    /// When it happened, as the source stamps it.
    pub time: Timestamp,
    /// When it could first be known, where the source says so.
    pub available_at: Option<Timestamp>,
    /// Its two values (see [`RecordKind::columns`]); NaN where the source has none.
    pub values: [f64; 2],
}

impl Record {
    /// Can there be such a record.
    ///
    /// # Errors
    /// What is wrong with it, in a few words.
    pub fn check(&self, kind: RecordKind) -> Result<(), String> {
        let possible = |t: Timestamp| t.0 >= 0 && t < TIME_MAX;
        if !possible(self.time) {
            let time = self.time.0;
            return Err(format!("time {time} lies outside the years 1970 to 2200"));
        }
        if let Some(at) = self.available_at {
            if !possible(at) {
                return Err(format!("available_at {} is no time", at.0));
            }
            if at < self.time {
                return Err(format!(
                    "available_at {} lies before its time {}",
                    at.0, self.time.0
                ));
            }
        }
        let [first, second] = self.values;
        let [name, other] = kind.columns();
        if !first.is_finite() {
            return Err(format!("{name} is {first}"));
        }
        if second.is_infinite() {
            return Err(format!("{other} is {second}"));
        }
        match kind {
            // A rate of 100 % in one settlement is a unit mistaken for another.
            RecordKind::Funding if first.abs() >= 1.0 => {
                Err(format!("{name} {first} is no fraction"))
            }
            RecordKind::Funding if second <= 0.0 => Err(format!("{other} {second} is no price")),
            RecordKind::Liquidations if first == 0.0 => Err(format!("{name} is 0")),
            RecordKind::Liquidations if second.is_nan() || second <= 0.0 => {
                Err(format!("{other} {second} is no price"))
            }
            _ => Ok(()),
        }
    }

    /// What there can be only one of: the settlement of a funding record, the sample of an open interest. Liquidations are only the
    /// same if all of them is.
    #[must_use]
    pub fn moment(&self, kind: RecordKind) -> Option<Timestamp> {
        match kind {
            RecordKind::Funding => Some(settlement_minute(self.time).unwrap_or(self.time)),
            RecordKind::OpenInterest => Some(self.time),
            RecordKind::Liquidations => None,
        }
    }

    /// Another version of the same record: what is absent in one is taken from the other.
    ///
    /// # Errors
    /// They contradict each other.
    pub fn unite(&self, other: &Self) -> Result<Self, String> {
        let [a, b] = [0, 1].map(|i| unite_values(self.values[i], other.values[i]));
        match (a, b) {
            (Some(a), Some(b)) => Ok(Self {
                time: self.time,
                available_at: self.available_at.or(other.available_at),
                values: [a, b],
            }),
            _ => Err(format!(
                "two versions of {}: {:?} and {:?}",
                self.time, self.values, other.values
            )),
        }
    }

    /// The order of records: by time, then by what they say.
    #[must_use]
    pub fn order(&self, other: &Self) -> std::cmp::Ordering {
        let by_value =
            |a: &[f64; 2], b: &[f64; 2]| a[0].total_cmp(&b[0]).then_with(|| a[1].total_cmp(&b[1]));
        (self.time, self.available_at)
            .cmp(&(other.time, other.available_at))
            .then_with(|| by_value(&self.values, &other.values))
    }
}

/// One of two versions of a number, absent = NaN; `None` if they contradict each other.
pub(in crate::data) fn unite_values(a: f64, b: f64) -> Option<f64> {
    match (a.is_nan(), b.is_nan()) {
        (true, _) => Some(b),
        (_, true) => Some(a),
        _ => (a == b).then_some(a),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn impossible_records_are_told() {
        let record = |first, second| Record {
            time: Timestamp(1_704_067_200_000),
            available_at: None,
            values: [first, second],
        };
        for (kind, record, problem) in [
            (RecordKind::Funding, record(0.0001, f64::NAN), ""),
            (RecordKind::Funding, record(-0.01, 50_000.0), ""),
            (RecordKind::Funding, record(1.5, f64::NAN), "no fraction"),
            (RecordKind::Funding, record(f64::NAN, 1.0), "funding_rate"),
            (RecordKind::Funding, record(0.0, -1.0), "no price"),
            // A negative open interest is a notice of `data check`, not a record that cannot be.
            (RecordKind::OpenInterest, record(-5.0, f64::NAN), ""),
            (RecordKind::OpenInterest, record(5.0, f64::INFINITY), "inf"),
            (RecordKind::Liquidations, record(-0.5, 50_000.0), ""),
            (RecordKind::Liquidations, record(0.0, 50_000.0), "qty is 0"),
            (RecordKind::Liquidations, record(1.0, f64::NAN), "no price"),
        ] {
            let told = record.check(kind).err().unwrap_or_default();
            assert!(told.contains(problem), "{kind:?} {record:?}: {told}");
            assert_eq!(told.is_empty(), problem.is_empty(), "{kind:?} {record:?}");
        }
        let early = Record {
            available_at: Some(Timestamp(5)),
            ..record(0.1, 1.0)
        };
        assert!(early.check(RecordKind::Funding).is_err());
    }
}
