//! A line of text becomes a candle: which column is what, and numbers and times from text.

use super::HasHeader;
use super::order::Order;
use crate::data::DataError;
use crate::data::candles::{ALIASES, REQUIRED, VOLUME, price_of, to_millis};
use crate::domain::{Candle, Timestamp};
use crate::venues::binance::KLINE_COLUMNS;

/// Names the user gives to columns.
#[derive(Debug, Clone, Default)]
pub(super) struct Names {
    map: Vec<(String, String)>,
    columns: Vec<String>,
    /// Order of columns that have no names.
    order: Option<Order>,
    /// Of prices that are not traded: a volume that is absent is none.
    without_volume: bool,
}

impl Names {
    pub(super) fn new(map: &[(String, String)], columns: &[String]) -> Result<Self, DataError> {
        let known = |name: &String| ALIASES.iter().any(|a| a.contains(&normal(name).as_str()));
        if let Some((_, to)) = map.iter().find(|(_, to)| !known(to)) {
            let ours: Vec<_> = ALIASES.iter().map(|a| a[0]).collect();
            return Err(
                DataError::user(format!("--map: `{to}` is not one of our columns"))
                    .with_hint(format!("they are {}", ours.join(", "))),
            );
        }
        Ok(Self {
            map: map.to_vec(),
            columns: columns.to_vec(),
            order: None,
            without_volume: false,
        })
    }

    /// The same for a file whose columns have no names but a known order.
    pub(super) fn ordered(self, order: Option<Order>) -> Self {
        Self { order, ..self }
    }

    /// The same for mark and index prices, which need no volume.
    pub(super) fn without_volume(self) -> Self {
        Self {
            without_volume: true,
            ..self
        }
    }
}

/// Where each column of a candle stands in a line, and how many fields a line has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Layout {
    places: [Option<usize>; 9],
    width: usize,
    without_volume: bool,
}

impl Layout {
    /// From the first line of a file: names, or values whose number says what they are.
    pub(super) fn of(names: &Names, first: &[&str]) -> Result<(Self, HasHeader), DataError> {
        if !is_values(first) {
            return Ok((Self::from_names(names, first)?, HasHeader::Yes));
        }
        if !names.columns.is_empty() {
            let columns: Vec<_> = names.columns.iter().map(String::as_str).collect();
            if columns.len() != first.len() {
                return Err(DataError::user(format!(
                    "--columns names {} columns, the file has {}",
                    columns.len(),
                    first.len()
                )));
            }
            return Ok((Self::from_names(names, &columns)?, HasHeader::No));
        }
        let plain = names.order.unwrap_or(Order::HighLowClose).columns();
        match first.len() {
            12 => Ok((Self::from_names(names, &KLINE_COLUMNS)?, HasHeader::No)),
            6 => Ok((Self::from_names(names, &plain)?, HasHeader::No)),
            5 if names.without_volume => Ok((Self::from_names(names, &plain[..5])?, HasHeader::No)),
            n => Err(
                DataError::user(format!("no header, and {n} columns are not a known layout"))
                    .with_hint("name them: --columns open_time,open,high,low,close,volume"),
            ),
        }
    }

    fn from_names(names: &Names, columns: &[&str]) -> Result<Self, DataError> {
        let columns = renamed(&names.map, columns);
        let places = ALIASES.map(|aliases| place_of(&columns, aliases));
        let needed = |i: &usize| *i != VOLUME || !names.without_volume;
        let missing = (0..REQUIRED).filter(needed).find(|i| places[*i].is_none());
        if let Some(missing) = missing {
            let show: String = columns.join(", ").chars().take(200).collect();
            let hint = match no_candles(&columns) {
                Some(what) => format!("{what}: no candles can be made of them"),
                None => format!("say which one it is: --map NAME={}", ALIASES[missing][0]),
            };
            return Err(DataError::user(format!(
                "no column `{}` (there are: {show})",
                ALIASES[missing][0]
            ))
            .with_hint(hint));
        }
        Ok(Self {
            places,
            width: columns.len(),
            without_volume: names.without_volume,
        })
    }

    /// A candle from the fields of a line.
    ///
    /// # Errors
    /// What is wrong with the line.
    pub(super) fn candle(&self, fields: &[&str]) -> Result<Candle, String> {
        if fields.len() != self.width {
            return Err(format!(
                "{} columns instead of {}",
                fields.len(),
                self.width
            ));
        }
        let field = |i: usize| self.places[i].map(|place| fields[place]);
        let text = field(0).unwrap_or("");
        let open_time = parse_time(text).ok_or_else(|| format!("`{}` is not a time", cut(text)))?;
        let number = |i: usize| {
            let text = field(i).unwrap_or("");
            parse_number(text)
                .ok_or_else(|| format!("{} `{}` is not a number", ALIASES[i][0], cut(text)))
        };
        let optional = |i: usize| match field(i) {
            None | Some("") => Ok(f64::NAN),
            Some(_) => number(i),
        };
        let price = |i: usize| price_of(number(i)?);
        Ok(Candle {
            open_time,
            open: price(1)?,
            high: price(2)?,
            low: price(3)?,
            close: price(4)?,
            volume: match optional(VOLUME)? {
                absent if absent.is_nan() && self.without_volume => 0.0,
                absent if absent.is_nan() => number(VOLUME)?,
                volume => volume,
            },
            quote_volume: optional(6)?,
            taker_buy_volume: optional(7)?,
            trades: optional(8)?,
        })
    }
}

/// What a file holds whose columns are known not to be those of candles.
fn no_candles(columns: &[String]) -> Option<&'static str> {
    let has = |name: &str| columns.iter().any(|c| c == name);
    if has("bid") && has("ask") {
        return Some("these are quotes (bid, ask), perhaps a recorder's placeholders");
    }
    let takers = has("buyvol") && has("sellvol");
    takers.then_some("these are volumes of takers without prices, perhaps several versions of each")
}

/// Is a line values, not names: it begins with a time.
pub(super) fn is_values<T: AsRef<str>>(line: &[T]) -> bool {
    let first = line.first();
    first.is_some_and(|f| parse_time(f.as_ref()).is_some())
}

/// Names of columns as readers know them, those of the map in place of the file's.
pub(super) fn renamed(map: &[(String, String)], columns: &[&str]) -> Vec<String> {
    let named = columns.iter().map(|column| {
        let name = normal(column);
        let mapped = map.iter().find(|(from, _)| normal(from) == name);
        mapped.map_or(name, |(_, to)| normal(to))
    });
    named.collect()
}

/// Where a column stands. The first alias that is there wins: `open_time` before `time`.
pub(super) fn place_of(columns: &[String], aliases: &[&str]) -> Option<usize> {
    let mut places = aliases
        .iter()
        .map(|alias| columns.iter().position(|c| c == alias));
    places.find_map(|place| place)
}

/// Lower case, no quotes, spaces as underscores.
fn normal(name: &str) -> String {
    name.trim_start_matches('\u{feff}')
        .trim()
        .to_ascii_lowercase()
        .replace(' ', "_")
}

/// Texts of strangers are shown shortened.
pub(super) fn cut(text: &str) -> String {
    text.chars().take(40).collect()
}

pub(super) fn parse_number(text: &str) -> Option<f64> {
    // `f64::from_str` also knows words.
    let plain = |b: u8| b.is_ascii_digit() || matches!(b, b'.' | b'-' | b'+' | b'e' | b'E');
    (!text.is_empty() && text.bytes().all(plain)).then(|| text.parse().ok())?
}

/// Whole numbers since 1970 in s, ms, µs or ns, or a date with a time, UTC unless it says otherwise.
pub(super) fn parse_time(text: &str) -> Option<Timestamp> {
    if text.len() >= 9 && text.bytes().all(|b| b.is_ascii_digit()) {
        return to_millis(text.parse().ok()?, None);
    }
    if let Some(whole) = text.strip_suffix(".0").filter(|w| w.len() >= 9) {
        return to_millis(whole.parse().ok()?, None);
    }
    if text.len() > 40 || !text.is_ascii() {
        return None;
    }
    if let Some((day, clock)) = text.split_once(' ')
        && day.len() == 8
        && day.bytes().all(|b| b.is_ascii_digit())
    {
        // As LEAN writes it: 20200325 16:00:00.
        let full = format!("{}-{}-{}T{clock}Z", &day[..4], &day[4..6], &day[6..]);
        return Timestamp::parse(&full).ok();
    }
    if text.get(4..5) != Some("-") {
        return None;
    }
    if text.len() == 10 {
        return Timestamp::parse(text).ok();
    }
    let mut full = text.replacen(' ', "T", 1).replace(" UTC", "Z");
    let clock = full.get(11..).unwrap_or("");
    let zoned = clock.contains(['Z', '+', '-']);
    if !zoned {
        let seconds = if clock.len() == 5 { ":00" } else { "" };
        full = format!("{full}{seconds}Z");
    }
    Timestamp::parse(&full).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn times_in_all_spellings() {
        for text in [
            "1735689600",
            "1735689600000",
            "1735689600000000",
            "1735689600.0",
            "2025-01-01",
            "2025-01-01 00:00:00",
            "2025-01-01 00:00",
            "2025-01-01T00:00:00Z",
            "2025-01-01 00:00:00+00:00",
            "2025-01-01 01:00:00+01:00",
            "2025-01-01 00:00:00 UTC",
            "20250101 00:00:00",
        ] {
            assert_eq!(
                parse_time(text),
                Some(Timestamp(1_735_689_600_000)),
                "{text}"
            );
        }
        for text in [
            "",
            "x",
            "12",
            "open_time",
            "2025-13-01",
            "2025-01-01 25:00:00",
            "20251301 00:00:00",
            "20250101 ",
            "nan",
        ] {
            assert_eq!(parse_time(text), None, "{text}");
        }
    }

    #[test]
    fn layouts_by_header_by_width_and_by_hand() {
        let none = Names::default();
        let of = |names: &Names, line: &str| {
            Layout::of(names, &line.split(',').collect::<Vec<_>>()).map_err(|e| e.to_string())
        };
        let (binance, header) =
            of(&none, &format!("1735689600000{}", ",1".repeat(11))).expect("known");
        assert_eq!((header, binance.places[8]), (HasHeader::No, Some(8)));
        let (plain, header) = of(&none, "Date,Open,High,Low,Close,Volume").expect("a header");
        assert_eq!(
            (header, plain.places[0], plain.places[7]),
            (HasHeader::Yes, Some(0), None)
        );
        assert!(
            of(&none, "1735689600000,1,1")
                .expect_err("too few")
                .contains("3 columns")
        );
        assert!(
            of(&none, "a,b")
                .expect_err("no candle")
                .contains("no column `open_time`")
        );
        let prices = Names::default().without_volume();
        for line in ["time,open,high,low,close", "1735689600000,1,1,1,1"] {
            assert!(of(&none, line).is_err(), "{line}");
            let (layout, _) = of(&prices, line).expect("prices");
            let candle = layout.candle(&["1735689600000", "2", "3", "1", "2"]);
            assert!(candle.expect("a candle").volume.abs() < f64::EPSILON);
        }
        let map = [("ts_ms".to_owned(), "open_time".to_owned())];
        let mapped = Names::new(&map, &[]).expect("known");
        assert!(of(&mapped, "ts_ms,open,high,low,close,volume").is_ok());
        assert!(Names::new(&[("a".to_owned(), "b".to_owned())], &[]).is_err());
        let columns: Vec<_> = "time,open,close,high,low,volume"
            .split(',')
            .map(str::to_owned)
            .collect();
        let (jesse, _) = of(
            &Names::new(&[], &columns).expect("known"),
            "1735689600000,1,2,3,4,5",
        )
        .expect("ok");
        assert_eq!(
            jesse.places[..6],
            [Some(0), Some(1), Some(3), Some(4), Some(2), Some(5)]
        );
    }

    #[test]
    fn words_are_not_numbers() {
        for text in ["nan", "inf", "infinity", "", "None", "1,5", "0x10"] {
            assert_eq!(parse_number(text), None, "{text}");
        }
        assert_eq!(parse_number("1.5e-3"), Some(0.0015));
    }

    proptest! {
        #[test]
        fn any_text_is_survived(text in "\\PC{0,40}", fields in proptest::collection::vec("\\PC{0,12}", 0..14)) {
            let _ = parse_time(&text);
            let _ = parse_number(&text);
            let fields: Vec<_> = fields.iter().map(String::as_str).collect();
            if let Ok((layout, _)) = Layout::of(&Names::default(), &fields) {
                let _ = layout.candle(&fields);
            }
        }
    }
}
