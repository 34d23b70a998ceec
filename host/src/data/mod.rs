//! Market data on disk and on its way to the engine.
//!
//! In reading order: files ([`table`]), what a series is ([`series`]), the store ([`catalog`]), what comes in ([`import`],
//! [`synth`]), what the engine gets ([`feed`], [`streams`]), what is wrong with it ([`quality`], [`check`]) and
//! what is done about that ([`repair`]), what goes out ([`export`]).

pub mod candles;
pub mod catalog;
pub mod check;
mod error;
pub mod export;
pub mod feed;
pub mod fetch;
pub mod grid;
pub mod import;
pub mod instrument_file;
pub mod live;
pub mod periods;
pub mod quality;
pub mod record;
pub mod repair;
pub mod resample;
pub mod series;
pub mod streams;
pub mod synth;
pub mod table;
#[cfg(test)]
pub(crate) mod testing;

pub use error::{DataError, ErrorKind};
