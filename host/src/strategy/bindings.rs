//! The contract as Rust types, generated from `wit/`. Nothing outside `strategy` sees them.

#![allow(
    unsafe_code,
    clippy::all,
    clippy::pedantic,
    reason = "generated; the unsafe calls are typed views of exports that were checked when the component was loaded"
)]

wasmtime::component::bindgen!({
    path: "../wit",
    world: "strategy",
    ownership: Borrowing { duplicate_if_necessary: true },
    imports: { default: trappable },
    require_store_data_send: true,
});
