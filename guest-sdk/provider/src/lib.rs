//! The indicators behind numbers: what a Python strategy updates, by the same code as a Rust strategy.
//!
//! Guests in other languages have no implementation of their own. This crate is built once as a component (`wit/indicators.wit`)
//! and joined into theirs; under pytest the same file runs beside Python.

pub mod table;
#[cfg(target_arch = "wasm32")]
mod wasm;
