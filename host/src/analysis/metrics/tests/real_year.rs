//! A real year against what other packages say about the same daily equity. The file says of which run it is and how the figures were made.

use serde_json::Value;

use super::{figures, golden, number, time};
use crate::domain::{Price, Timestamp};

const FILE: &str = include_str!("../../../../../tests/data/real_year.json");

#[test]
fn a_real_year_has_the_figures_of_other_packages() {
    let file: Value = serde_json::from_str(FILE).expect("JSON");
    let list = |key: &str| file[key].as_array().expect("a list");
    let (start, step) = (time(&file["start_ms"]).0, time(&file["step_ms"]).0);
    let samples: Vec<(Timestamp, f64)> = (0..)
        .zip(list("equity"))
        .map(|(day, equity)| (Timestamp(start + step * day), number(equity)))
        .collect();
    assert_eq!(samples.len(), 367);
    let marks = list("mark").iter();
    let marks = marks.map(|mark| Price::from_f64(number(mark)).expect("a price"));
    let ours = figures(&samples, &[], &[marks.collect()]).to_json();
    for (package, expected) in file["expected"].as_object().expect("packages") {
        for (key, value) in expected.as_object().expect("figures") {
            golden(&format!("{package} {key}"), ours[key].clone(), value);
        }
    }
}
