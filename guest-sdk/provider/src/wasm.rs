//! The exports of the component.
#![allow(
    unsafe_code,
    reason = "the canonical ABI passes pointers; wit-bindgen writes that code"
)]
#![allow(clippy::all, reason = "generated code")]
#![allow(clippy::allow_attributes_without_reason, reason = "generated code")]

use std::cell::RefCell;

use crate::table::{self, Table};

wit_bindgen::generate!({ path: "wit", world: "provider" });

thread_local! {
    static TABLE: RefCell<Table> = RefCell::default();
}

struct Provider;

impl exports::trading::indicators::streams::Guest for Provider {
    fn make(name: String, parameters: Vec<f64>) -> Result<u32, String> {
        TABLE.with_borrow_mut(|table| table.make(&name, &parameters))
    }

    fn forget(indicator: u32) {
        TABLE.with_borrow_mut(|table| table.forget(indicator));
    }

    fn update_value(indicator: u32, value: f64) -> Option<f64> {
        TABLE.with_borrow_mut(|table| table.update(indicator, &[value]).map(|outputs| outputs[0]))
    }

    fn update(indicator: u32, inputs: Vec<f64>) -> Vec<f64> {
        TABLE.with_borrow_mut(|table| {
            let outputs = table.update(indicator, &inputs);
            outputs.map_or_else(Vec::new, <[f64]>::to_vec)
        })
    }

    fn first_value(name: String, parameters: Vec<f64>) -> Result<i32, String> {
        table::first_value(&name, &parameters)
    }

    fn warm_up(name: String, parameters: Vec<f64>) -> Result<i32, String> {
        table::warm_up(&name, &parameters)
    }
}

export!(Provider);
