use super::*;
use crate::domain::ParameterValue;
use crate::optimize::space::tests::space;
use crate::optimize::{Axis, Range};

/// One real parameter.
pub(super) fn line() -> Space {
    space(vec![Axis {
        name: "x".to_owned(),
        range: Range::Real {
            min: 0.0,
            max: 1.0,
            log: false,
        },
    }])
}

fn listed(name: &str, count: i32) -> Axis {
    Axis {
        name: name.to_owned(),
        range: Range::Listed {
            values: (0..count).map(ParameterValue::Int).collect(),
            ordered: true,
        },
    }
}

fn sampler(method: Method, seed: u64, space: &Space) -> Sampler {
    Sampler::new(method, seed, space).expect("a space to search")
}

#[test]
fn a_grid_is_walked_in_declaration_order() {
    let space = space(vec![listed("a", 2), listed("b", 3)]);
    let grid = sampler(Method::Grid, 1, &space);
    assert_eq!(grid.limit(), Some(6));
    let at = |n| space.values(&grid.ask(n, &[], &[]));
    let pair = |n| match at(n).as_slice() {
        [(_, ParameterValue::Int(a)), (_, ParameterValue::Int(b))] => (*a, *b),
        other => panic!("{other:?}"),
    };
    let all: Vec<_> = (0..6).map(pair).collect();
    assert_eq!(all, [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2)]);
}

#[test]
fn small_spaces_are_drawn_without_repetition() {
    let space = space(vec![listed("a", 7), listed("b", 11)]);
    let random = sampler(Method::Random, 3, &space);
    assert_eq!(random.limit(), Some(77));
    let mut seen: Vec<String> = (0..77)
        .map(|n| format!("{:?}", random.ask(n, &[], &[])))
        .collect();
    let in_order = seen.clone();
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 77);
    let other = sampler(Method::Random, 4, &space);
    let others: Vec<String> = (0..77)
        .map(|n| format!("{:?}", other.ask(n, &[], &[])))
        .collect();
    assert_ne!(in_order, others);
}

#[test]
fn what_is_asked_depends_on_seed_number_and_results_alone() {
    let told: Vec<Told> = (0..30u8)
        .map(|i| Told {
            point: vec![f64::from(i) / 30.0],
            score: Some(f64::from(i % 7)),
        })
        .collect();
    for method in [Method::Random, Method::Tpe] {
        let (one, two) = (sampler(method, 9, &line()), sampler(method, 9, &line()));
        // The second one was asked other things before.
        let _ = two.ask(3, &[], &[]);
        for number in [0, 1, 30, 31, 200] {
            let asked = one.ask(number, &told, &[]);
            assert_eq!(asked, two.ask(number, &told, &[]), "{method:?} {number}");
        }
        assert_ne!(one.ask(30, &told, &[]), one.ask(31, &told, &[]));
        let other = sampler(method, 10, &line());
        assert_ne!(one.ask(30, &told, &[]), other.ask(30, &told, &[]));
    }
}

#[test]
fn parzen_estimators_find_a_peak_sooner_than_chance() {
    let peak = |x: f64| -(x - 0.712) * (x - 0.712);
    let best = |method| {
        let sampler = sampler(method, 5, &line());
        let mut told: Vec<Told> = Vec::new();
        for number in 0..80 {
            let point = sampler.ask(number, &told, &[]);
            let score = Some(peak(point[0]));
            told.push(Told { point, score });
        }
        // The mean of the last twenty: where it has come to look.
        told[60..].iter().filter_map(|t| t.score).sum::<f64>() / 20.0
    };
    let (tpe, random) = (best(Method::Tpe), best(Method::Random));
    assert!(tpe > random / 4.0, "{tpe} {random}");
}

#[test]
fn a_grid_without_an_end_is_refused() {
    let Err(error) = Sampler::new(Method::Grid, 0, &line()) else {
        panic!("a real line has no grid")
    };
    assert!(error.to_string().contains("endlessly many"), "{error}");
    assert_eq!(Method::fitting(&line(), None), Method::Tpe);
    assert_eq!(
        Method::fitting(&space(vec![listed("a", 2_000)]), None),
        Method::Grid
    );
    assert_eq!(
        Method::fitting(&space(vec![listed("a", 2_001)]), None),
        Method::Tpe
    );
    // No corner of a grid that is larger than what was asked for.
    let hundred = space(vec![listed("a", 100)]);
    assert_eq!(Method::fitting(&hundred, Some(99)), Method::Tpe);
    assert_eq!(Method::fitting(&hundred, Some(100)), Method::Grid);
    assert_eq!(Method::Grid.usual_trials(&hundred), 100);
}
