//! Closed trades by calendar: day, week, month, year, or the day of the week.

use std::collections::BTreeMap;
use std::str::FromStr;

use crate::analysis::returns::underwater;
use crate::analysis::trades::Tally;
use crate::domain::{Cash, Timeframe, Timestamp};

/// By what part of the calendar. UTC; weeks begin on Monday.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Breakdown {
    Day,
    Week,
    Month,
    Year,
    /// Every Monday together, and so on.
    Weekday,
}

const NAMES: [(&str, Breakdown); 5] = [
    ("day", Breakdown::Day),
    ("week", Breakdown::Week),
    ("month", Breakdown::Month),
    ("year", Breakdown::Year),
    ("weekday", Breakdown::Weekday),
];
const WEEKDAYS: [&str; 7] = [
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
    "Sunday",
];

impl FromStr for Breakdown {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let found = NAMES.into_iter().find(|(name, _)| *name == text);
        found.map(|(_, breakdown)| breakdown).ok_or_else(|| {
            format!(
                "trades are not broken down by `{text}`, but by day, week, month, year or weekday"
            )
        })
    }
}

impl Breakdown {
    /// `day`, `weekday`.
    #[must_use]
    pub fn name(self) -> &'static str {
        let found = NAMES.into_iter().find(|(_, breakdown)| *breakdown == self);
        found.map_or("", |(name, _)| name)
    }

    /// What moments of the same part of the calendar share, in the order of the calendar.
    fn key(self, time: Timestamp) -> i64 {
        match self {
            Self::Day => time.day(),
            Self::Week => Timeframe::W1.bucket_start(time).0,
            Self::Month => Timeframe::Month1.bucket_start(time).0,
            Self::Year => i64::from(time.year_month().0),
            // 1970-01-01 was a Thursday.
            Self::Weekday => (time.day() + 3).rem_euclid(7),
        }
    }

    /// `2024-01-31`, of a week its Monday; `2024-01`; `2024`; `Monday`.
    #[must_use]
    pub fn label(self, time: Timestamp) -> String {
        let date = |time: Timestamp, letters| time.to_string().chars().take(letters).collect();
        match self {
            Self::Day => date(time, 10),
            Self::Week => date(Timeframe::W1.bucket_start(time), 10),
            Self::Month => date(time, 7),
            Self::Year => date(time, 4),
            Self::Weekday => {
                let day = usize::try_from(self.key(time)).unwrap_or_default();
                WEEKDAYS[day].to_owned()
            }
        }
    }
}

/// What is counted of a closed trade.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Closed {
    /// When it closed: what decides where it belongs.
    pub exit: Timestamp,
    /// What it earned, costs included.
    pub net: Cash,
}

/// One line of a breakdown.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    /// `2024-01`, `Monday`.
    pub name: String,
    /// Trades that closed in it.
    pub trades: usize,
    /// Those with a profit.
    pub wins: usize,
    /// Those with a loss; the rest are draws.
    pub losses: usize,
    /// What all of them earned.
    pub net: Cash,
    /// Winners over winners and losers.
    pub win_rate: Option<f64>,
    /// The deepest fall from the highest equity within the part, a fraction at or below 0; `None` for days of the week, which are no
    /// stretch of time, and where equity is not known.
    pub drawdown: Option<f64>,
}

impl Part {
    /// Trades without profit or loss.
    #[must_use]
    pub fn draws(&self) -> usize {
        self.trades - self.wins - self.losses
    }
}

/// The parts in which trades closed, in the order of the calendar. `equity` is in time order, at least at each hour's close.
#[must_use]
pub fn parts(by: Breakdown, closed: &[Closed], equity: &[(Timestamp, f64)]) -> Vec<Part> {
    let mut groups: BTreeMap<i64, Vec<Closed>> = BTreeMap::new();
    for trade in closed {
        groups.entry(by.key(trade.exit)).or_default().push(*trade);
    }
    let falls = match by {
        Breakdown::Weekday => BTreeMap::new(),
        _ => falls(by, equity),
    };
    groups
        .into_iter()
        .map(|(key, trades)| {
            let tally = Tally::of_nets(trades.iter().map(|trade| trade.net));
            Part {
                name: by.label(trades[0].exit),
                trades: trades.len(),
                wins: tally.wins,
                losses: tally.losses,
                net: tally.net(),
                win_rate: tally.win_rate(),
                drawdown: falls.get(&key).copied(),
            }
        })
        .collect()
}

/// The deepest fall within each part. It begins with the equity before its first moment, and a sample at midnight ends the day before.
fn falls(by: Breakdown, equity: &[(Timestamp, f64)]) -> BTreeMap<i64, f64> {
    let mut values: BTreeMap<i64, Vec<f64>> = BTreeMap::new();
    let mut before = None;
    for (time, value) in equity {
        let within = values.entry(by.key(time.plus_ms(-1))).or_default();
        if within.is_empty() {
            within.extend(before);
        }
        within.push(*value);
        before = Some(*value);
    }
    values
        .into_iter()
        .filter_map(|(key, values)| {
            let deepest = underwater(&values).into_iter().min_by(f64::total_cmp);
            Some((key, deepest?))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR_MS: i64 = 3_600_000;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse(text).expect("a time")
    }

    fn closed(text: &str, net: i128) -> Closed {
        let net = Cash(net * 100_000_000);
        Closed {
            exit: at(text),
            net,
        }
    }

    #[test]
    fn a_name_is_read_and_another_is_told_what_there_is() {
        for (name, breakdown) in NAMES {
            assert_eq!((name.parse(), breakdown.name()), (Ok(breakdown), name));
        }
        let error = "hour".parse::<Breakdown>().expect_err("it is none");
        assert_eq!(
            error,
            "trades are not broken down by `hour`, but by day, week, month, year or weekday"
        );
    }

    #[test]
    fn labels_are_those_of_the_calendar() {
        let time = at("2024-02-29T12:00:00Z");
        let labels: Vec<String> = NAMES.iter().map(|(_, by)| by.label(time)).collect();
        assert_eq!(
            labels,
            ["2024-02-29", "2024-02-26", "2024-02", "2024", "Thursday"]
        );
    }

    #[test]
    fn parts_come_in_the_order_of_the_calendar_and_add_up() {
        let trades = [
            closed("2024-03-03T10:00:00Z", -5),
            closed("2024-03-04T10:00:00Z", 7),
            closed("2023-12-31T23:59:00Z", 3),
            closed("2024-03-11T10:00:00Z", 0),
        ];
        let names = |by| -> Vec<(String, usize)> {
            let parts = parts(by, &trades, &[]);
            let sum = parts.iter().fold(Cash::ZERO, |sum, part| sum + part.net);
            assert_eq!(sum, closed("2024-01-01", 5).net, "{by:?}");
            parts.into_iter().map(|p| (p.name, p.trades)).collect()
        };
        let named = |all: &[(&str, usize)]| -> Vec<(String, usize)> {
            all.iter()
                .map(|(name, n)| ((*name).to_owned(), *n))
                .collect()
        };
        assert_eq!(
            names(Breakdown::Weekday),
            named(&[("Monday", 2), ("Sunday", 2)])
        );
        assert_eq!(
            names(Breakdown::Month),
            named(&[("2023-12", 1), ("2024-03", 3)])
        );
        assert_eq!(
            names(Breakdown::Week),
            named(&[
                ("2023-12-25", 1),
                ("2024-02-26", 1),
                ("2024-03-04", 1),
                ("2024-03-11", 1)
            ])
        );
        let march = &parts(Breakdown::Year, &trades, &[])[1];
        assert_eq!((march.wins, march.draws(), march.losses), (1, 1, 1));
        assert_eq!((march.win_rate, march.drawdown), (Some(0.5), None));
    }

    #[test]
    fn a_drawdown_begins_with_the_equity_before_the_part_and_midnight_ends_a_day() {
        let start = at("2024-03-01");
        let equity: Vec<(Timestamp, f64)> =
            [(0, 100.0), (12, 110.0), (24, 99.0), (36, 90.0), (48, 120.0)]
                .into_iter()
                .map(|(hour, value)| (start.plus_ms(hour * HOUR_MS), value))
                .collect();
        let trades = [
            closed("2024-03-01T05:00:00Z", 1),
            closed("2024-03-02T05:00:00Z", 1),
        ];
        let falls: Vec<Option<f64>> = parts(Breakdown::Day, &trades, &equity)
            .iter()
            .map(|part| part.drawdown.map(|fall| (fall * 1e6).round() / 1e6))
            .collect();
        assert_eq!(falls, [Some(-0.1), Some(-0.090_909)]);
        let month = &parts(Breakdown::Month, &trades, &equity)[0];
        assert_eq!(
            month.drawdown.map(|fall| (fall * 1e6).round()),
            Some(-181_818.0)
        );
        let weekday = &parts(Breakdown::Weekday, &trades, &equity)[0];
        assert_eq!((weekday.name.as_str(), weekday.drawdown), ("Friday", None));
    }
}
