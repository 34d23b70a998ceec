//! Delistings and halts the user tells a run beside its data: `--delist` and `[[events]]` of a run file.

use serde::{Deserialize, Serialize};
use toml::Value;

use crate::cli::CliError;
use crate::cli::market::split_venue;
use crate::domain::{Instrument, Price, Timestamp};
use crate::runs::{MarketEvent, MarketEventKind};

/// What happens to a symbol, as the user said it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "EventJson", into = "EventJson")]
pub(super) struct ToldEvent {
    /// The symbol, with its venue where that was said.
    symbol: String,
    kind: MarketEventKind,
    /// Where it is written, for messages.
    place: String,
}

/// `[[events]]`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct EventToml {
    symbol: String,
    kind: String,
    at: Option<Value>,
    price: Option<Value>,
    from: Option<Value>,
    to: Option<Value>,
}

/// An event in a document: the table of a run file, with the place where it stood.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct EventJson {
    place: String,
    symbol: String,
    kind: String,
    at: Option<String>,
    price: Option<String>,
    from: Option<String>,
    to: Option<String>,
}

impl From<ToldEvent> for EventJson {
    fn from(told: ToldEvent) -> Self {
        let empty = Self {
            place: told.place,
            symbol: told.symbol,
            kind: String::new(),
            at: None,
            price: None,
            from: None,
            to: None,
        };
        match told.kind {
            MarketEventKind::Delisted { at, price } => Self {
                kind: "delisted".to_owned(),
                at: Some(at.rfc3339()),
                price: price.map(|price| price.to_string()),
                ..empty
            },
            MarketEventKind::Halted { from, to } => Self {
                kind: "halted".to_owned(),
                from: Some(from.rfc3339()),
                to: Some(to.rfc3339()),
                ..empty
            },
        }
    }
}

impl TryFrom<EventJson> for ToldEvent {
    type Error = String;

    fn try_from(json: EventJson) -> Result<Self, String> {
        let value = |text: Option<String>| text.map(Value::String);
        let table = EventToml {
            symbol: json.symbol,
            kind: json.kind,
            at: value(json.at),
            price: value(json.price),
            from: value(json.from),
            to: value(json.to),
        };
        let told = table.told(json.place);
        told.map_err(|(key, message)| format!("event, `{key}`: {message}"))
    }
}

/// A mistake in an event: its key and a sentence.
pub(super) type Mistake = (&'static str, String);

impl EventToml {
    /// The event of this table.
    pub(super) fn told(&self, place: String) -> Result<ToldEvent, Mistake> {
        let kind = match self.kind.as_str() {
            "delisted" => {
                for (key, value) in [("from", &self.from), ("to", &self.to)] {
                    refuse(
                        key,
                        value.as_ref(),
                        "a delisting has `at` and perhaps `price`",
                    )?;
                }
                MarketEventKind::Delisted {
                    at: time("at", self.at.as_ref())?,
                    price: self.price.as_ref().map(price).transpose()?,
                }
            }
            "halted" => {
                for (key, value) in [("at", &self.at), ("price", &self.price)] {
                    refuse(key, value.as_ref(), "a halt has `from` and `to`")?;
                }
                MarketEventKind::Halted {
                    from: time("from", self.from.as_ref())?,
                    to: time("to", self.to.as_ref())?,
                }
            }
            other => return Err(("kind", format!("`{other}` is not delisted or halted"))),
        };
        Ok(ToldEvent {
            symbol: self.symbol.trim().to_owned(),
            kind,
            place,
        })
    }
}

fn refuse(key: &'static str, value: Option<&Value>, why: &str) -> Result<(), Mistake> {
    value.map_or(Ok(()), |_| Err((key, why.to_owned())))
}

fn time(key: &'static str, value: Option<&Value>) -> Result<Timestamp, Mistake> {
    let value = value.ok_or((key, format!("`{key}` is missing")))?;
    moment(&text(value)).map_err(|e| (key, e))
}

/// A day, or a moment that is in UTC where it does not say otherwise: `2024-06-01T12:00`.
fn moment(text: &str) -> Result<Timestamp, String> {
    let told = Timestamp::parse(text);
    let utc = |rest: &str| Timestamp::parse(&format!("{text}{rest}"));
    told.or_else(|error| utc("Z").or_else(|_| utc(":00Z")).map_err(|_| error))
}

fn price(value: &Value) -> Result<Price, Mistake> {
    text(value).parse().map_err(|e| ("price", format!("{e}")))
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// `BTC/USDT:USDT@2024-06-01T12:00=50000`, the value of `--delist`.
pub(super) fn delisting(text: &str) -> Result<ToldEvent, CliError> {
    let hint = "write SYMBOL@TIME or SYMBOL@TIME=PRICE: BTC/USDT:USDT@2024-06-01T12:00=50000";
    let wrong = |why: String| CliError::user(format!("--delist `{text}`: {why}"), hint);
    let (symbol, rest) = text
        .rsplit_once('@')
        .ok_or_else(|| wrong("there is no @ before its time".to_owned()))?;
    let (at, price) = match rest.split_once('=') {
        Some((at, price)) => (at, Some(price)),
        None => (rest, None),
    };
    let at = moment(at.trim()).map_err(wrong)?;
    let price = price.map(|text| text.trim().parse::<Price>());
    let price = price.transpose().map_err(|e| wrong(e.to_string()))?;
    Ok(ToldEvent {
        symbol: symbol.trim().to_owned(),
        kind: MarketEventKind::Delisted { at, price },
        place: format!("--delist {text}"),
    })
}

impl ToldEvent {
    /// The event of the instruments of a strategy, if it trades the symbol.
    pub(super) fn of<'a>(
        &self,
        instruments: impl IntoIterator<Item = &'a Instrument>,
    ) -> Option<MarketEvent> {
        let (venue, symbol) = split_venue(&self.symbol);
        let means = |i: &Instrument| {
            i.symbol.eq_ignore_ascii_case(symbol) && venue.is_none_or(|venue| i.venue == venue)
        };
        let found = (0..).zip(instruments).find(|(_, i)| means(i));
        found.map(|(instrument, _)| MarketEvent {
            instrument,
            kind: self.kind,
        })
    }

    /// Nobody trades its symbol.
    pub(super) fn of_nobody(&self, traded: &[&str]) -> CliError {
        CliError::user(
            format!("{}: no strategy trades {}", self.place, self.symbol),
            format!("the symbols of this run are {}", traded.join(", ")),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_delisting_is_a_symbol_a_time_and_perhaps_a_price() {
        let told = delisting("BTC/USDT:USDT@2024-06-01T12:00=50000.5").expect("it is fine");
        assert_eq!(told.symbol, "BTC/USDT:USDT");
        assert_eq!(
            told.kind,
            MarketEventKind::Delisted {
                at: Timestamp::parse("2024-06-01T12:00:00Z").expect("a time"),
                price: Some("50000.5".parse().expect("a price")),
            }
        );
        for wrong in ["BTC/USDT", "BTC/USDT@never", "BTC/USDT@2024-06-01=x"] {
            let error = delisting(wrong).expect_err(wrong);
            assert!(error.to_string().contains(wrong), "{error}");
        }
    }
}
