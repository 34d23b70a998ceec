//! Where a session's markets come from: rules of symbols, and live feeds.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::data::DataError;
use crate::data::catalog::Catalog;
use crate::data::fetch;
use crate::data::instrument_file;
use crate::data::live::{LiveFeed, LiveMarket, Setup, Timing, Wake};
use crate::domain::{Instrument, InstrumentKind, Symbol};
use crate::venues::adapters;
use crate::venues::http::{Addresses, Client, HttpError, Options};
use crate::venues::instruments;
use crate::venues::rest::Rest;
use crate::venues::socket::Patience;

/// Opens feeds and finds rules.
pub struct Venues {
    /// Addresses that were set.
    pub addresses: BTreeMap<&'static str, String>,
    /// Recorded data, where there is some.
    pub catalog: Catalog,
    /// Of sockets.
    pub patience: Patience,
    /// Of candles.
    pub timing: Timing,
    client: Option<Arc<Client>>,
}

impl Venues {
    /// Nothing is opened yet.
    #[must_use]
    pub fn new(
        addresses: BTreeMap<&'static str, String>,
        catalog: Catalog,
        patience: Patience,
        timing: Timing,
    ) -> Self {
        Self {
            addresses,
            catalog,
            patience,
            timing,
            client: None,
        }
    }

    /// The rules of a symbol: those of the shipped table, of the catalog, or of the venue, as a backtest would take them.
    ///
    /// # Errors
    /// No such venue or symbol, a venue that does not answer.
    pub fn instrument(&mut self, venue: &str, symbol: &Symbol) -> Result<Instrument, DataError> {
        if let Some(known) = instruments::lookup(venue, &symbol.to_string()) {
            return Ok(known);
        }
        if let Some(kept) = instrument_file::read(&self.catalog, venue, symbol)? {
            return Ok(kept.instrument);
        }
        let rest = adapter(venue)?;
        let client = self.client()?;
        match fetch::rules(&client, rest, symbol)? {
            Ok(listing) => Ok(listing.instrument),
            Err(why) => Err(DataError::world(format!(
                "{venue}: the rules of {symbol} cannot be read: {why}"
            ))),
        }
    }

    /// The symbol a venue's data is kept under.
    ///
    /// # Errors
    /// No such venue, or it has no such market.
    pub fn symbol(&self, venue: &str, symbol: &Symbol) -> Result<Symbol, DataError> {
        let resolved = adapter(venue)?.resolve(symbol);
        resolved
            .map(|(_, kept)| kept)
            .map_err(|e| DataError::user(e.to_string()).with_hint("choose another symbol or venue"))
    }

    /// Opens the live side of one venue's market.
    ///
    /// # Errors
    /// No such venue, an address that is none, no threads.
    pub fn open(
        &mut self,
        venue: &str,
        kind: InstrumentKind,
        markets: Vec<LiveMarket>,
        wake: Wake,
    ) -> Result<LiveFeed, DataError> {
        let stream = adapters::stream(venue, kind).ok_or_else(|| unknown(venue))?;
        let setup = Setup {
            rest: adapter(venue)?,
            stream,
            client: self.client()?,
            addresses: Addresses::new(&self.addresses).map_err(failed)?,
            patience: self.patience,
            timing: self.timing,
            history: Some(self.catalog.clone()),
            markets,
        };
        LiveFeed::open(setup, wake)
    }

    fn client(&mut self) -> Result<Arc<Client>, DataError> {
        if let Some(client) = &self.client {
            return Ok(Arc::clone(client));
        }
        let client = Arc::new(Client::new(&self.addresses, Options::default()).map_err(failed)?);
        self.client = Some(Arc::clone(&client));
        Ok(client)
    }
}

fn adapter(venue: &str) -> Result<&'static dyn Rest, DataError> {
    adapters::adapter(venue).ok_or_else(|| unknown(venue))
}

fn unknown(venue: &str) -> DataError {
    let known = adapters::names().join(", ");
    DataError::user(format!("there is no exchange `{venue}` to listen to"))
        .with_hint(format!("known are {known}"))
}

fn failed(error: HttpError) -> DataError {
    let told = DataError::user(error.to_string());
    error.hint().into_iter().fold(told, DataError::with_hint)
}
