//! What a session is given while it follows a journal: components by their digest, minutes by their time.

use std::collections::BTreeMap;

use crate::domain::Timestamp;
use crate::forward_test::session::{Minutes, SessionError, Supply};
use crate::persistence::{JournalError, Reader};
use crate::strategy::{Component, Runtime};

/// Components that were loaded, by their digest.
pub struct Components {
    runtime: Runtime,
    loaded: BTreeMap<String, Component>,
    warm_ups: BTreeMap<Stretch, Minutes>,
}

/// Session, market, first minute and end of what was read of a journal.
type Stretch = (i64, u32, Timestamp, Timestamp);

impl Components {
    /// None yet.
    #[must_use]
    pub fn new(runtime: Runtime) -> Self {
        Self {
            runtime,
            loaded: BTreeMap::new(),
            warm_ups: BTreeMap::new(),
        }
    }

    /// What loads them.
    #[must_use]
    pub fn runtime(&self) -> &Runtime {
        &self.runtime
    }

    /// One that was just loaded from a file.
    pub fn keep(&mut self, component: &Component) {
        self.loaded.insert(component.sha256(), component.clone());
    }

    /// Warm-ups are kept while strategies start one after the other, which mostly have the same one; here nobody starts any more.
    pub(super) fn forget_warm_ups(&mut self) {
        self.warm_ups.clear();
    }
}

/// The journal as a session's supply.
pub struct JournalSupply<'a> {
    /// The journal.
    pub reader: &'a Reader,
    /// Key of the session in it.
    pub session: i64,
    /// What was loaded so far.
    pub components: &'a mut Components,
}

fn journal(error: JournalError) -> SessionError {
    SessionError::Journal {
        message: error.to_string(),
        hint: error.hint(),
    }
}

impl Supply for JournalSupply<'_> {
    fn component(&mut self, sha256: &str) -> Result<Component, SessionError> {
        if let Some(known) = self.components.loaded.get(sha256) {
            return Ok(known.clone());
        }
        let found = self.reader.component(sha256).map_err(journal)?;
        let Some((name, bytes)) = found else {
            return Err(SessionError::journal(format!(
                "the component {sha256} is not in the journal"
            )));
        };
        let component = self
            .components
            .runtime
            .load_bytes(&name, &bytes)
            .map_err(|e| {
                SessionError::from(crate::backtest::BacktestError::from(
                    crate::strategy::InitError::from(e),
                ))
            })?;
        self.components.keep(&component);
        Ok(component)
    }

    fn minutes(
        &mut self,
        market: u32,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Minutes, SessionError> {
        let stretch = (self.session, market, from, to);
        if let Some(read) = self.components.warm_ups.get(&stretch) {
            return Ok(read.clone());
        }
        let read = self
            .reader
            .minutes(self.session, market, from, to)
            .map_err(journal)?;
        self.components.warm_ups.insert(stretch, read.clone());
        Ok(read)
    }
}
