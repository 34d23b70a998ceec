//! Runs trading strategies as sandboxed WebAssembly components.
//!
//! In reading order: the words ([`domain`]), the money ([`ledger`]), the loop ([`engine`]).

#![warn(missing_docs)]

pub mod domain;
pub mod analysis;
pub mod runs;
