//! Start and recovery are one path: the journal's inputs again, with outputs muted, every record compared.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use crate::data::instrument_file;
use crate::domain::Instrument;
use crate::forward_test::error::ForwardError;
use crate::forward_test::session::{Effects, Session, SessionError};
use crate::forward_test::supply::{Components, JournalSupply};
use crate::persistence::{Input, Reader, SessionRow};
use crate::runs::fingerprint::SCHEMA_VERSION;
use crate::strategy::RUNTIME_VERSION;

/// Everything that decides what the same inputs give. Another version may give other results.
#[must_use]
pub fn engine_version() -> String {
    format!(
        "engine {}, records {SCHEMA_VERSION}, {RUNTIME_VERSION}",
        crate::engine::VERSION
    )
}

/// Kind of the note from which on a journal is of another engine.
pub const ENGINE_ACCEPTED: &str = "engine accepted";

/// The first record that differs from the journaled one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Differs {
    /// Number of the input.
    pub input: u64,
    /// Number of the strategy.
    pub strategy: u32,
}

/// A session as far as its journal goes.
pub struct Recovered {
    /// The session.
    pub session: Session,
    /// Number of the last input.
    pub inputs: u64,
    /// Records that were compared.
    pub compared: u64,
    /// The first record that differs.
    pub differs: Option<Differs>,
}

/// The instruments of a session, by number of their markets.
///
/// # Errors
/// Rules nobody can read.
pub fn instruments(reader: &Reader, row: &SessionRow) -> Result<Vec<Instrument>, ForwardError> {
    let markets = reader.markets(row.id)?;
    let read = |market: &crate::persistence::MarketRow| {
        instrument_file::of_text(&market.instrument).map_err(|e| {
            SessionError::journal(format!(
                "the rules of {} {}: {e}",
                market.venue, market.symbol
            ))
        })
    };
    Ok(markets.iter().map(read).collect::<Result<_, _>>()?)
}

/// What is seen while a journal is followed.
pub enum Seen<'a> {
    /// An input and its number, before it is applied.
    Before(u64, &'a Input),
    /// What it did.
    After(&'a Effects),
}

/// Follows a journal to its end. `progress` is told the number of inputs followed, now and then.
///
/// # Errors
/// A journal that cannot be read or followed.
pub fn follow(
    reader: &Reader,
    row: &SessionRow,
    components: &mut Components,
    progress: &mut dyn FnMut(u64),
) -> Result<Recovered, ForwardError> {
    follow_seen(reader, row, components, progress, &mut |_, _| {})
}

/// The same; whatever happens is shown to `see`.
///
/// # Errors
/// As [`follow`].
pub fn follow_seen(
    reader: &Reader,
    row: &SessionRow,
    components: &mut Components,
    progress: &mut dyn FnMut(u64),
    see: &mut dyn FnMut(&Session, Seen<'_>),
) -> Result<Recovered, ForwardError> {
    let mut digests: BTreeMap<(u64, u32), [u8; 32]> = BTreeMap::new();
    reader.digests(row.id, 1, &mut |input, strategy, digest| {
        digests.insert((input, strategy), digest);
        ControlFlow::Continue(())
    })?;
    let compared = digests.len() as u64;
    let mut session = Session::new(
        instruments(reader, row)?,
        components.runtime().limits().clone(),
    );
    let mut inputs = 0;
    let mut differs: Option<Differs> = None;
    let mut failed: Option<SessionError> = None;
    // Of another engine: recorded before this input, and computed anew since.
    let mut accepted = 0;
    reader.inputs(row.id, 1, &mut |number, input: Input| {
        if !matches!(input, Input::Control { .. }) {
            components.forget_warm_ups();
        }
        let mut supply = JournalSupply {
            reader,
            session: row.id,
            components,
        };
        inputs = number;
        if number % 4096 == 0 {
            progress(number);
        }
        if matches!(&input, Input::Note { kind, .. } if kind == ENGINE_ACCEPTED) {
            (accepted, differs) = (number, None);
        }
        see(&session, Seen::Before(number, &input));
        match session.apply(number, &input, &mut supply) {
            Err(error) => failed = Some(error),
            Ok(effects) => {
                see(&session, Seen::After(&effects));
                for (strategy, stepped) in effects {
                    let was = digests.remove(&(number, strategy));
                    if differs.is_none() && stepped.digest != was {
                        differs = Some(Differs {
                            input: number,
                            strategy,
                        });
                    }
                }
            }
        }
        match failed {
            Some(_) => ControlFlow::Break(()),
            None => ControlFlow::Continue(()),
        }
    })?;
    if let Some(error) = failed {
        return Err(error.into());
    }
    if differs.is_none()
        && let Some(((input, strategy), _)) = digests.into_iter().find(|((n, _), _)| *n > accepted)
    {
        differs = Some(Differs { input, strategy });
    }
    Ok(Recovered {
        session,
        inputs,
        compared,
        differs,
    })
}
