//! What is known before anything is opened: symbols, connections, who else records, what was left.

use std::path::PathBuf;
use std::sync::Arc;

use super::collect::Collector;
use super::line::{Derive, Header, SCHEMA, channel_name, channel_text};
use super::parts::settle;
use super::spool::{self, Claims, Closed};
use super::{Kept, Report, Request, Told};
use crate::data::DataError;
use crate::data::catalog::Catalog;
use crate::data::series::market_name;
use crate::domain::{CandleKind, Symbol, Timeframe, Timestamp};
use crate::venues::rest::{History, Rest};
use crate::venues::stream::{Channel, Connection, Stream};

/// What is known before anything is opened.
pub(super) struct Setup<'a> {
    catalog: &'a Catalog,
    pub(super) folder: PathBuf,
    pub(super) connections: Vec<Connection>,
    pub(super) absent: Vec<(String, Channel)>,
    /// The venue's symbol and ours.
    pub(super) symbols: Vec<(String, Symbol)>,
    pub(super) header: Header,
}

impl<'a> Setup<'a> {
    pub(super) fn new(catalog: &'a Catalog, request: &Request) -> Result<Self, DataError> {
        let venue = request.rest.venue();
        let mut symbols: Vec<(String, Symbol)> = Vec::new();
        for symbol in &request.symbols {
            let named = request.rest.resolve(symbol);
            let named = named.map_err(|e| DataError::user(format!("{venue} {symbol}: {e}")))?;
            if !symbols.contains(&named) {
                symbols.push(named);
            }
        }
        let Some(market) = symbols.first().map(|(_, s)| s.market()) else {
            return Err(DataError::user("no symbol to record")
                .with_hint("name some: --symbols BTC/USDT:USDT"));
        };
        if let Some((_, other)) = symbols.iter().find(|(_, s)| s.market() != market) {
            return Err(DataError::user(format!(
                "{other} is of another market than {}",
                symbols[0].1
            ))
            .with_hint("start one recorder for spot and one for perpetuals"));
        }
        let wanted: Vec<(String, Channel)> = symbols
            .iter()
            .flat_map(|(name, _)| request.channels.iter().map(|c| (name.clone(), *c)))
            .collect();
        let (connections, absent) = request.stream.connections(&wanted);
        if connections.is_empty() {
            let names: Vec<_> = absent
                .iter()
                .map(|(s, c)| format!("{s} {}", channel_text(*c)))
                .collect();
            return Err(DataError::user(format!(
                "{venue} has none of what was asked for: {}",
                names.join(", ")
            ))
            .with_hint("choose other --streams or a smaller --depth"));
        }
        let carried = |connection: &Connection| {
            let each = connection.carries.iter();
            each.map(|(s, c)| (s.clone(), channel_text(*c))).collect()
        };
        let header = Header {
            schema: SCHEMA.to_owned(),
            origin: String::new(),
            exchange: venue.to_owned(),
            market: market_name(market).to_owned(),
            symbols: symbols
                .iter()
                .map(|(n, s)| (n.clone(), s.to_string()))
                .collect(),
            connections: connections.iter().map(carried).collect(),
            derive: derive(request.rest, &symbols[0].1),
        };
        Ok(Self {
            catalog,
            folder: spool::folder(catalog, venue, market),
            connections,
            absent,
            symbols,
            header,
        })
    }

    /// Nobody else records any of it.
    pub(super) fn claim(&self) -> Result<Claims, DataError> {
        let mut claims = Claims::none();
        for connection in &self.connections {
            for (name, channel) in &connection.carries {
                let Some((_, symbol)) = self.symbols.iter().find(|(n, _)| n == name) else {
                    continue;
                };
                let stream = channel_name(*channel);
                claims.claim(&self.folder, &self.header.exchange, symbol, stream)?;
            }
        }
        Ok(claims)
    }

    /// Turns what recorders left that were killed.
    pub(super) fn recover(
        &self,
        request: &Request,
        report: &mut Report,
        tell: &mut dyn FnMut(Told<'_>),
    ) -> Result<(), DataError> {
        let left = Closed::left_over(&self.folder)?;
        if !left.is_empty() {
            tell(Told::Recovering(left.len()));
        }
        for spool in left {
            let kept = turn(self.catalog, &self.folder, &request.stream, spool)?;
            tell(Told::Committed(&kept));
            report.recovered.add(&kept);
            report.kept.add(&kept);
            report.parts += 1;
        }
        Ok(())
    }
}

/// What has to be made of ticks because the venue keeps no history of it.
fn derive(rest: &dyn Rest, symbol: &Symbol) -> Derive {
    let lacks = |history: History| rest.offer(symbol, history).is_err();
    Derive {
        mark: lacks(History::Candles(CandleKind::Mark, Timeframe::M1)),
        index: lacks(History::Candles(CandleKind::Index, Timeframe::M1)),
        interest: lacks(History::OpenInterest(Timeframe::M5)),
    }
}

/// A spool that was left becomes tables.
fn turn(
    catalog: &Catalog,
    folder: &std::path::Path,
    stream: &Arc<dyn Stream>,
    spool: Closed,
) -> Result<Kept, DataError> {
    let mut collector = Collector::new(Arc::clone(stream), spool.header.clone());
    let damaged = spool.each(&mut |line| {
        collector.apply(line);
    })?;
    let mut part = collector.cut();
    part.counts.damaged_lines = damaged;
    settle(catalog, folder, spool, part)
}

/// A header with the name of its spool: `20260927T101500-4711-0`, begin, process, number.
pub(super) fn named(header: &Header, began: Timestamp, number: u64) -> Header {
    let begin = began.rfc3339().replace(['-', ':', 'Z', '.'], "");
    Header {
        origin: format!("{begin}-{}-{number}", std::process::id()),
        ..header.clone()
    }
}
