//! Generated from `wit/`. The only place in the SDK with generated and with unsafe code; nothing here is for authors.
//!
//! The types are the same natively and in Wasm; the functions work in Wasm only, which is why `imports` stands before them.
#![allow(
    unsafe_code,
    reason = "the canonical ABI passes pointers; wit-bindgen writes that code"
)]
#![allow(
    missing_docs,
    reason = "every item of the contract is documented in wit/, the glue around it is not"
)]
#![allow(clippy::all, reason = "generated code")]
#![allow(clippy::allow_attributes_without_reason, reason = "generated code")]
#![allow(dead_code, reason = "natively the import functions are not called")]

wit_bindgen::generate!({
    path: "../wit",
    world: "strategy",
    generate_unused_types: true,
    additional_derives: [PartialEq],
    pub_export_macro: true,
    export_macro_name: "export_strategy",
    default_bindings_module: "guest_sdk::bindings",
});
