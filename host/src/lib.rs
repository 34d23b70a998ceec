//! Runs trading strategies as sandboxed WebAssembly components.
//!
//! In reading order: the words ([`domain`]), the money ([`ledger`]), the loop ([`engine`]), then the stages it is wired to:
//! [`data`] in, [`strategy`] in its sandbox, [`execution`] at the simulated exchange, [`runs`] and [`analysis`] out. [`backtest`]
//! introduces them to each other, [`optimize`] lets it search; [`cli`] is what a user types.

#![warn(missing_docs)]

pub mod analysis;
pub mod backtest;
pub mod calculator;
pub mod cli;
pub mod config;
pub mod data;
pub mod domain;
pub mod engine;
pub mod execution;
pub mod ledger;
pub mod optimize;
pub mod runs;
pub mod strategy;
pub mod toolchain;
pub mod venues;
