//! Market data on disk and on its way to the engine.
//!
//! In reading order: files ([`table`]), what a series is ([`series`]), the store ([`catalog`]), what comes in ([`import`],
//! [`synth`]), what the engine gets ([`feed`]), and what is wrong with it ([`quality`]).

pub mod candles;
pub mod catalog;
mod error;
pub mod feed;
pub mod series;
pub mod table;
#[cfg(test)]
mod testing;

pub use error::{DataError, ErrorKind};
