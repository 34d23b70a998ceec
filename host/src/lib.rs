//! Runs trading strategies as sandboxed WebAssembly components.
//!
//! In reading order: the words ([`domain`]), the money ([`ledger`]), the loop ([`engine`]), then the stages it is wired to:
//! [`data`] in, [`strategy`] in its sandbox, [`execution`] at the simulated exchange, [`runs`] and [`analysis`] out. [`backtest`]
//! introduces them to each other, [`optimize`] lets it search, [`forward_test`] lets it run on live data ([`persistence`] keeps it,
//! [`query`] shows it, [`control`] steers it, [`alerts`] and [`serve`] tell of it); [`cli`] is what a user types.

#![warn(missing_docs)]

pub mod alerts;
pub mod analysis;
pub mod backtest;
pub mod calculator;
pub mod cli;
pub mod config;
pub mod control;
pub mod data;
pub mod disk;
pub mod domain;
pub mod engine;
pub mod execution;
pub mod forward_test;
pub mod ledger;
pub mod optimize;
pub mod persistence;
pub mod query;
pub mod runs;
pub mod serve;
pub mod strategy;
pub mod toolchain;
pub mod venues;
