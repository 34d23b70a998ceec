use proptest::prelude::*;

use super::*;
use crate::domain::{Abilities, Choice, FloatRange, IntRange, OnFault};

/// A space without a manifest.
pub(in crate::optimize) fn space(axes: Vec<Axis>) -> Space {
    Space { axes }
}

/// A manifest with a parameter of every kind.
pub(in crate::optimize) fn manifest() -> Manifest {
    let parameter = |name: &str, kind| Parameter {
        name: name.to_owned(),
        description: String::new(),
        kind,
        searchable: name != "size" && name != "timeframe",
    };
    let int = |default, min, max, step| IntRange {
        default,
        min,
        max,
        step,
    };
    let float = |step, log_scale| FloatRange {
        default: 0.02,
        min: 0.001,
        max: 0.5,
        step,
        log_scale,
    };
    let choice = Choice {
        default: 0,
        options: ["sma", "ema"].map(str::to_owned).to_vec(),
    };
    Manifest {
        name: "searched".to_owned(),
        version: "1.0.0".to_owned(),
        description: String::new(),
        authors: Vec::new(),
        parameters: vec![
            parameter("fast", ParameterKind::Int(int(10, 2, 20, 2))),
            parameter("stop", ParameterKind::Float(float(0.001, false))),
            parameter("decay", ParameterKind::Float(float(0.0, true))),
            parameter("kind", ParameterKind::Choice(choice)),
            parameter("shorts", ParameterKind::Boolean(true)),
            parameter("size", ParameterKind::Float(float(0.0, false))),
            parameter("timeframe", ParameterKind::Timeframe(Timeframe::H1)),
        ],
        roles: Vec::new(),
        abilities: Abilities::unlimited(),
        on_fault: OnFault::Flatten,
    }
}

fn searched(searches: &[&str], fixed: &[&str]) -> Result<Space, OptimizeError> {
    let manifest = manifest();
    let searches: Vec<String> = searches.iter().map(|s| (*s).to_owned()).collect();
    let all = parameters::parse(&manifest, fixed).expect("fixed values fit");
    let is_fixed = |name: &str| fixed.iter().any(|f| f.starts_with(&format!("{name}=")));
    let fixed: Vec<_> = all.into_iter().filter(|(name, _)| is_fixed(name)).collect();
    Space::of(&manifest, &searches, &fixed)
}

fn names(space: &Space) -> Vec<&str> {
    space.axes().iter().map(|a| a.name.as_str()).collect()
}

#[test]
fn what_is_searchable_and_not_fixed_is_searched() {
    let space = searched(&[], &["fast=4"]).expect("a space");
    assert_eq!(names(&space), ["stop", "decay", "kind", "shorts"]);
    assert_eq!(space.size(), None);
    let space = searched(&["timeframe=4h|15m"], &["decay=0.1"]).expect("a space");
    assert_eq!(
        names(&space),
        ["fast", "stop", "kind", "shorts", "timeframe"]
    );
    assert_eq!(space.size(), Some(10 * 500 * 2 * 2 * 2));
    let last = |index| {
        space
            .values(&space.grid(index))
            .pop()
            .expect("five values")
            .1
    };
    assert_eq!(last(0), ParameterValue::Timeframe(Timeframe::M15));
    assert_eq!(last(1), ParameterValue::Timeframe(Timeframe::H4));
}

#[test]
fn values_on_steps_are_written_as_people_write_them() {
    let space = searched(&["stop=0.01..0.05"], &[]).expect("a space");
    let Range::Listed { values, .. } = &space.axes()[1].range else {
        panic!("a grid")
    };
    let shown: Vec<String> = values.iter().map(parameters::show).collect();
    assert_eq!(shown.len(), 41);
    assert_eq!((shown[0].as_str(), shown[19].as_str()), ("0.01", "0.029"));
    assert_eq!(shown[40], "0.05");
}

#[test]
fn a_search_narrows_and_never_widens() {
    for (search, words) in [
        ("fast=2..22", "a whole number from 2 to 20 in steps of 2"),
        ("fast=3..9", "a whole number from 2 to 20 in steps of 2"),
        ("fast=2..20:3", "a whole number from 2 to 20 in steps of 2"),
        ("fast=9..3", "an empty range"),
        ("fast=a..b", "is no range"),
        ("fast=2..20:0", "an empty range"),
        ("stop=0.01..0.9", "a number from 0.001 to 0.5"),
        ("kind=sma|wma", "one of sma, ema"),
        ("slow=1..3", "there is no parameter `slow`"),
        ("timeframe", "has no range to search"),
    ] {
        let error = searched(&[search], &[]).expect_err(search);
        assert!(error.to_string().contains(words), "{search}: {error}");
        assert!(error.hint().is_some());
    }
    let error = searched(&["fast=2..8"], &["fast=4"]).expect_err("both");
    assert!(error.to_string().contains("searched and fixed"), "{error}");
    let fixed = ["fast=4", "stop=0.02", "decay=0.1", "kind=ema", "shorts=on"];
    let error = searched(&[], &fixed).expect_err("nothing is left");
    assert!(
        error.to_string().contains("no parameter left to search"),
        "{error}"
    );
}

proptest! {
    #[test]
    fn every_point_has_values_the_strategy_accepts_and_they_have_their_point(
        units in prop::collection::vec(0.0f64..1.0, 5)
    ) {
        let space = searched(&[], &[]).expect("a space");
        let values = space.values(&units);
        prop_assert!(parameters::complete(&manifest(), &values).is_ok(), "{values:?}");
        let snapped = space.snapped(&units);
        prop_assert_eq!(&space.values(&snapped), &values);
        prop_assert_eq!(&space.snapped(&snapped), &snapped);
        for ((axis, (_, value)), unit) in space.axes().iter().zip(&values).zip(&snapped) {
            let back = axis.range.unit(value).expect("a value of the range");
            prop_assert!((back - unit).abs() < 1e-9, "{} {back} {unit}", axis.name);
        }
    }
}
