//! Which series of the catalog a request means, and whether the venue has them.

use super::{Files, FlowFrom, Key, Request, Target, network};
use crate::data::DataError;
use crate::data::catalog::RecordKey;
use crate::data::series::{SeriesKey, market_name};
use crate::data::streams::record::RecordKind;
use crate::domain::{CandleKind, Symbol, Timeframe};
use crate::venues::http::HttpError;
use crate::venues::rest::History;

/// The series of a request, symbol by symbol. What the venue does not have among others goes to the notes.
///
/// # Errors
/// A symbol the venue cannot have; nothing of what is asked exists.
pub(super) fn targets(
    request: &Request<'_>,
    notes: &mut Vec<String>,
) -> Result<Vec<Target>, DataError> {
    let rest = request.rest;
    let mut targets: Vec<Target> = Vec::new();
    for asked in &request.symbols {
        let (_, symbol) = rest
            .resolve(asked)
            .map_err(|e| DataError::user(e.to_string()))?;
        if symbol != *asked {
            notes.push(format!("{} keeps {asked} as {symbol}", rest.venue()));
        }
        for &history in &request.histories {
            if history == History::TakerFlow && request.flow == FlowFrom::Approximation {
                continue;
            }
            let key = key(rest.venue(), &symbol, history);
            if targets.iter().any(|t| t.key == key && t.history == history) {
                continue;
            }
            match rest.offer(&symbol, history) {
                Ok(offer) => targets.push(Target {
                    key,
                    symbol: symbol.clone(),
                    history,
                    offer,
                }),
                Err(why) if !notes.contains(&why.to_string()) => notes.push(why.to_string()),
                Err(_) => {}
            }
        }
    }
    let is_approximation = request.flow == FlowFrom::Approximation;
    if targets.is_empty() && !is_approximation {
        let why = notes.pop();
        return Err(
            DataError::user(why.unwrap_or_else(|| "nothing was asked for".to_owned()))
                .with_hint("`host data record` collects from now on what has no history"),
        );
    }
    Ok(targets)
}

/// Leaves what can be had of a venue that refuses every request of this network: files of its archive, which lie elsewhere.
///
/// # Errors
/// Nothing that is wanted is in files.
pub(super) fn files_only(
    request: &Request<'_>,
    targets: &mut Vec<Target>,
    refused: &HttpError,
    notes: &mut Vec<String>,
) -> Result<(), DataError> {
    let is_in_files = |t: &Target| t.offer.archive_from.is_some();
    if request.files == Files::Never || !targets.iter().any(is_in_files) {
        return Err(network(refused.clone()));
    }
    notes.push(format!(
        "{refused}: what follows is from files of its archive alone, which end yesterday"
    ));
    for target in targets.iter().filter(|t| !is_in_files(t)) {
        let mut note = format!("{}: left out, there are no such files", target.key);
        if target.history == History::Funding {
            // They lie in the same archive, but do not say the price of a settlement.
            note = format!(
                "{}: left out; download the fundingRate files of the archive and run `host data import FILES`",
                target.key
            );
        }
        notes.push(note);
    }
    targets.retain(is_in_files);
    for target in targets {
        target.offer.has_api = false;
    }
    Ok(())
}

fn key(venue: &str, symbol: &Symbol, history: History) -> Key {
    let candles = |kind, timeframe| {
        Key::Candles(SeriesKey {
            venue: venue.to_owned(),
            symbol: symbol.clone(),
            kind,
            timeframe,
        })
    };
    let records = |kind, interval| {
        Key::Records(RecordKey {
            venue: venue.to_owned(),
            symbol: symbol.clone(),
            kind,
            interval,
        })
    };
    match history {
        History::Candles(kind, timeframe) => candles(kind, timeframe),
        History::TakerFlow => candles(CandleKind::Candles, Timeframe::M1),
        History::Funding => records(RecordKind::Funding, None),
        History::OpenInterest(interval) => records(RecordKind::OpenInterest, Some(interval)),
    }
}

impl Target {
    /// Name of its spool.
    pub(super) fn spool_name(&self) -> String {
        let (venue, kind, interval) = match &self.key {
            Key::Candles(key) if self.history == History::TakerFlow => {
                (&key.venue, "flow", Some(key.timeframe))
            }
            Key::Candles(key) => (&key.venue, key.kind.name(), Some(key.timeframe)),
            Key::Records(key) => (&key.venue, key.kind.name(), key.interval),
        };
        let market = market_name(self.symbol.market());
        let symbol = self.symbol.to_string().replace(['/', ':'], "_");
        let interval = interval.map_or("all", Timeframe::name);
        format!("{venue}-{market}-{symbol}-{kind}-{interval}")
    }
}
