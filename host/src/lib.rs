//! Runs trading strategies as sandboxed WebAssembly components.
//!
//! In reading order: the words ([`domain`]), the money ([`ledger`]), the loop ([`engine`]).

#![warn(missing_docs)]

pub mod data;
pub mod domain;
pub mod engine;
pub mod execution;
pub mod ledger;
pub mod strategy;
pub mod toolchain;
