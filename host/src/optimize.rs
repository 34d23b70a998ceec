//! Searches a strategy's parameters: wiring 1 run many times on a training window, each time beside a test window that never
//! enters the score. Source: `optimisation.md`.
//!
//! In reading order: what is searched ([`Space`]), who proposes the next point ([`Sampler`]), what a run is worth
//! ([`Objective`], [`Rules`]), when it is left early ([`Pruning`]), where training ends ([`Split`]), one [`Trial`], all of them
//! ([`Study`]), what survives a kill ([`Journal`]), and what is made of it ([`Ranking`], [`Chance`],
//! [`table`], [`page`]).
//!
//! Rules: a trial's parameters are a function of the seed, its number and the results of earlier batches in trial order; results
//! are told in that order. So one worker and many give the same study, and a killed one goes on to the same result.

mod chance;
mod error;
mod figures;
mod journal;
mod losses;
mod objective;
pub mod page;
mod prune;
mod ranking;
mod sampler;
mod space;
mod split;
mod study;
pub mod table;
#[cfg(test)]
mod tests;
mod trial;

pub use chance::{Chance, Overfit, Snooped};
pub use error::OptimizeError;
pub use figures::{Figures, Sheet};
pub use journal::Journal;
pub use objective::{Objective, Rules};
pub use prune::Pruning;
pub use ranking::{Counts, Ranking};
pub use sampler::{Method, Sampler, Told};
pub use space::{Axis, Point, Range, Space};
pub use split::{Split, Window};
pub use study::{Runner, Setup, Study};
pub use trial::{Parameters, Reason, State, Trial, Verdict};
