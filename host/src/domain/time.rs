//! Moments and candle lengths. Milliseconds since 1970 UTC inside, names of the field (`1h`, `1M`) outside.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Datelike, NaiveDate, SecondsFormat, Utc};

/// One minute, the usual base candle.
pub const MINUTE_MS: i64 = 60_000;
const DAY_MS: i64 = 86_400_000;

/// Milliseconds since the Unix epoch, UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// Later by so many milliseconds (earlier if negative).
    #[inline]
    #[must_use]
    pub fn plus_ms(self, ms: i64) -> Self {
        Self(self.0 + ms)
    }

    /// Days since the epoch.
    #[must_use]
    pub fn day(self) -> i64 {
        self.0.div_euclid(DAY_MS)
    }

    /// Midnight UTC of a calendar day; `None` where there is no such day.
    #[must_use]
    pub fn from_ymd(year: i32, month: u32, day: u32) -> Option<Self> {
        let date = NaiveDate::from_ymd_opt(year, month, day)?;
        Some(Self(
            date.and_hms_opt(0, 0, 0)?.and_utc().timestamp_millis(),
        ))
    }

    /// Text that people write: `2024-01-31`, `20240131`, RFC 3339, or milliseconds since the epoch.
    ///
    /// # Errors
    /// The text itself, if it is none of these.
    pub fn parse(text: &str) -> Result<Self, String> {
        let bad = || format!("`{text}` is not a time (use 2024-01-31, 20240131 or RFC 3339)");
        if text.len() == 8 && text.bytes().all(|b| b.is_ascii_digit()) {
            let number = |range: std::ops::Range<usize>| text[range].parse::<u32>().ok();
            let (year, month, day) = (text[..4].parse().ok(), number(4..6), number(6..8));
            return match (year, month, day) {
                (Some(y), Some(m), Some(d)) => Self::from_ymd(y, m, d).ok_or_else(bad),
                _ => Err(bad()),
            };
        }
        if text.len() >= 11 && text.bytes().all(|b| b.is_ascii_digit()) {
            return text.parse().map(Self).map_err(|_| bad());
        }
        if let Ok(date) = NaiveDate::parse_from_str(text, "%Y-%m-%d") {
            return Self::from_ymd(date.year(), date.month(), date.day()).ok_or_else(bad);
        }
        DateTime::parse_from_rfc3339(text)
            .map(|t| Self(t.timestamp_millis()))
            .map_err(|_| bad())
    }

    fn utc(self) -> Option<DateTime<Utc>> {
        DateTime::from_timestamp_millis(self.0)
    }

    /// Calendar year and month.
    #[must_use]
    pub fn year_month(self) -> (i32, u32) {
        self.utc().map_or((1970, 1), |t| (t.year(), t.month()))
    }

    /// RFC 3339 with seconds, milliseconds only where there are any.
    #[must_use]
    pub fn rfc3339(self) -> String {
        self.utc().map_or_else(
            || self.0.to_string(),
            |t| {
                let precision = if self.0.rem_euclid(1000) == 0 {
                    SecondsFormat::Secs
                } else {
                    SecondsFormat::Millis
                };
                t.to_rfc3339_opts(precision, true)
            },
        )
    }
}

impl fmt::Display for Timestamp {
    /// `2024-01-31 12:00`, the form of tables and messages.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.utc() {
            Some(t) => f.pad(&t.format("%Y-%m-%d %H:%M").to_string()),
            None => write!(f, "{} ms", self.0),
        }
    }
}

/// Length of a candle. Weeks start on Monday 00:00 UTC, months follow the calendar, the rest is aligned to the epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Timeframe {
    M1,
    M3,
    M5,
    M15,
    M30,
    H1,
    H2,
    H3,
    H4,
    H6,
    H8,
    H12,
    D1,
    D3,
    W1,
    Month1,
}

impl Timeframe {
    /// All of them, shortest first.
    pub const ALL: [Self; 16] = [
        Self::M1,
        Self::M3,
        Self::M5,
        Self::M15,
        Self::M30,
        Self::H1,
        Self::H2,
        Self::H3,
        Self::H4,
        Self::H6,
        Self::H8,
        Self::H12,
        Self::D1,
        Self::D3,
        Self::W1,
        Self::Month1,
    ];

    /// Minutes of one candle; of a month, the longest one.
    #[must_use]
    pub fn minutes(self) -> i64 {
        match self {
            Self::M1 => 1,
            Self::M3 => 3,
            Self::M5 => 5,
            Self::M15 => 15,
            Self::M30 => 30,
            Self::H1 => 60,
            Self::H2 => 120,
            Self::H3 => 180,
            Self::H4 => 240,
            Self::H6 => 360,
            Self::H8 => 480,
            Self::H12 => 720,
            Self::D1 => 1_440,
            Self::D3 => 4_320,
            Self::W1 => 10_080,
            Self::Month1 => 44_640,
        }
    }

    /// Start of the candle that covers a moment.
    #[must_use]
    pub fn bucket_start(self, time: Timestamp) -> Timestamp {
        match self {
            Self::Month1 => {
                let (year, month) = time.year_month();
                Timestamp::from_ymd(year, month, 1).unwrap_or(time)
            }
            Self::W1 => {
                // The epoch was a Thursday: Monday lies four days later (or three earlier).
                let shift = 4 * DAY_MS;
                let week = 7 * DAY_MS;
                Timestamp((time.0 - shift).div_euclid(week) * week + shift)
            }
            _ => {
                let length = self.minutes() * MINUTE_MS;
                Timestamp(time.0.div_euclid(length) * length)
            }
        }
    }

    /// End of the candle that covers a moment, which is the start of the next one.
    #[must_use]
    pub fn bucket_end(self, time: Timestamp) -> Timestamp {
        let start = self.bucket_start(time);
        match self {
            Self::Month1 => {
                let (year, month) = start.year_month();
                let (year, month) = if month == 12 {
                    (year + 1, 1)
                } else {
                    (year, month + 1)
                };
                Timestamp::from_ymd(year, month, 1).unwrap_or(start)
            }
            _ => start.plus_ms(self.minutes() * MINUTE_MS),
        }
    }

    /// The name people use: `1m`, `4h`, `1d`, `1w`, `1M`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::M1 => "1m",
            Self::M3 => "3m",
            Self::M5 => "5m",
            Self::M15 => "15m",
            Self::M30 => "30m",
            Self::H1 => "1h",
            Self::H2 => "2h",
            Self::H3 => "3h",
            Self::H4 => "4h",
            Self::H6 => "6h",
            Self::H8 => "8h",
            Self::H12 => "12h",
            Self::D1 => "1d",
            Self::D3 => "3d",
            Self::W1 => "1w",
            Self::Month1 => "1M",
        }
    }
}

impl fmt::Display for Timeframe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Timeframe {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL
            .into_iter()
            .find(|t| t.name() == text)
            .ok_or_else(|| {
                let names: Vec<_> = Self::ALL.iter().map(|t| t.name()).collect();
                format!(
                    "`{text}` is not a timeframe (use one of {})",
                    names.join(", ")
                )
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse(text).expect("a time")
    }

    #[test]
    fn buckets_are_aligned_to_epoch_monday_and_calendar() {
        for (timeframe, time, start, end) in [
            (
                Timeframe::M15,
                "2024-02-29T12:34:00Z",
                "2024-02-29T12:30:00Z",
                "2024-02-29T12:45:00Z",
            ),
            (
                Timeframe::H4,
                "2024-02-29T12:34:00Z",
                "2024-02-29T12:00:00Z",
                "2024-02-29T16:00:00Z",
            ),
            (
                Timeframe::W1,
                "2024-02-29T12:34:00Z",
                "2024-02-26T00:00:00Z",
                "2024-03-04T00:00:00Z",
            ),
            (
                Timeframe::W1,
                "2024-02-26T00:00:00Z",
                "2024-02-26T00:00:00Z",
                "2024-03-04T00:00:00Z",
            ),
            (
                Timeframe::Month1,
                "2024-02-29T12:34:00Z",
                "2024-02-01T00:00:00Z",
                "2024-03-01T00:00:00Z",
            ),
            (
                Timeframe::Month1,
                "2024-12-31T23:59:00Z",
                "2024-12-01T00:00:00Z",
                "2025-01-01T00:00:00Z",
            ),
            (
                Timeframe::D3,
                "1970-01-05T00:00:00Z",
                "1970-01-04T00:00:00Z",
                "1970-01-07T00:00:00Z",
            ),
        ] {
            assert_eq!(
                timeframe.bucket_start(at(time)),
                at(start),
                "{timeframe} {time}"
            );
            assert_eq!(
                timeframe.bucket_end(at(time)),
                at(end),
                "{timeframe} {time}"
            );
        }
    }

    #[test]
    fn people_write_dates_in_several_ways() {
        for text in [
            "2024-01-31",
            "20240131",
            "2024-01-31T00:00:00Z",
            "1706659200000",
        ] {
            assert_eq!(
                Timestamp::parse(text),
                Ok(Timestamp(1_706_659_200_000)),
                "{text}"
            );
        }
        for text in [
            "",
            "yesterday",
            "2024-02-30",
            "20241301",
            "2024-1",
            "é024013",
        ] {
            assert!(Timestamp::parse(text).is_err(), "{text}");
        }
        assert_eq!(
            Timestamp(1_706_659_200_000).rfc3339(),
            "2024-01-31T00:00:00Z"
        );
    }

    #[test]
    fn names_come_back() {
        for timeframe in Timeframe::ALL {
            assert_eq!(timeframe.name().parse(), Ok(timeframe));
        }
        assert!("2m".parse::<Timeframe>().is_err());
    }
}
