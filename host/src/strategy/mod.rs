//! The Wasm boundary: a strategy's file on one side, the engine's `Strategy` on the other.
//!
//! In reading order: a [`Runtime`] judges and compiles a file (`structure`, `imports`, `cache`, `limits`) into a [`Component`],
//! which gives instances ([`WasmStrategy`]). What a guest may call is `host_calls` and, virtually, `wasi`; what it sends is
//! translated in `convert`; how it dies is told by `fault`. Nobody else knows wasmtime. See `docs/sandbox.md`. Trusted code can be linked
//! in instead ([`native`]).

#[cfg(test)]
#[macro_use]
mod conversion_tests;

mod bindings;
mod cache;
mod component;
mod convert;
mod error;
mod fault;
mod host_calls;
pub mod imports;
mod instance;
pub mod limits;
mod manifest;
pub mod native;
pub mod parameters;
mod runtime;
mod state;
pub mod structure;
mod wasi;

pub use component::Component;
pub use error::{InitError, LoadError, RuntimeError};
pub use instance::WasmStrategy;
pub use limits::Limits;
pub use runtime::{RUNTIME_VERSION, Runtime};
