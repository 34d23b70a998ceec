//! Trials made by hand: what counts among the tries, what is looked at, what is said.

use super::*;
use crate::analysis::significance::probabilistic_sharpe;
use crate::domain::{ParameterValue, Timestamp};
use crate::optimize::tests::{CROSS, no_figures, setup as setup_of};
use crate::optimize::{Figures, Method, Pruning, Split};

const DAYS: usize = 120;

/// Daily returns that rise by `drift` a day and go up and down in a pattern of their own.
fn returns(pattern: usize, drift: f64) -> Vec<f64> {
    let wave = |day: usize| count((day * (pattern * 7 + 3) + day * day * pattern) % 11) - 5.0;
    (0..DAYS).map(|day| drift + 0.002 * wave(day)).collect()
}

fn trial(number: u64, daily_returns: Vec<f64>) -> Trial {
    let sharpe = crate::analysis::returns::sharpe(&daily_returns, 1.0);
    Trial {
        number,
        parameters: vec![("fast".to_owned(), ParameterValue::Int(1))],
        state: State::Complete,
        same_as: None,
        score: None,
        train: Some(Figures {
            sharpe: sharpe.map(|s| s * DAYS_A_YEAR.sqrt()),
            sharpe_per_period: sharpe,
            ..no_figures()
        }),
        test: None,
        verdict: None,
        checkpoints: Vec::new(),
        daily_returns,
        message: None,
    }
}

fn setup() -> Setup {
    let days = i64::try_from(DAYS).expect("few");
    Setup {
        split: Split::without_test((Timestamp(0), Timestamp(DAY_MS * days))),
        ..setup_of(&CROSS, Method::Random, 20, Pruning::Off)
    }
}

#[test]
fn pruned_trials_count_as_tries_and_repetitions_do_not() {
    let left = Trial {
        state: State::Pruned,
        train: None,
        ..trial(2, Vec::new())
    };
    let again = Trial {
        same_as: Some(0),
        ..trial(3, Vec::new())
    };
    let trials = [
        trial(0, returns(1, 0.001)),
        trial(1, returns(2, 0.0)),
        left,
        again,
    ];
    let chance = Chance::of(&setup(), &trials, &trials[0]);
    assert_eq!((chance.trials, chance.series, chance.days), (3, 2, DAYS));
    let sharpes: Vec<f64> = trials[..2]
        .iter()
        .filter_map(|t| t.train.as_ref()?.sharpe_per_period)
        .collect();
    assert_eq!(chance.sharpe_variance, trial_variance(&sharpes));
    let rho = chance.average_correlation.expect("two of them vary");
    assert_eq!(chance.effective_trials, effective_trials(rho, 3));
}

#[test]
fn a_trial_far_above_the_others_is_told_from_luck_and_noise_is_not() {
    let noise: Vec<Trial> = (0..8)
        .map(|i| trial(i, returns(i as usize + 1, 0.0)))
        .collect();
    let of_noise = Chance::of(&setup(), &noise, &noise[3]);
    let mut with_skill = noise;
    with_skill[3] = trial(3, returns(4, 0.006));
    let of_skill = Chance::of(&setup(), &with_skill, &with_skill[3]);
    let p = |chance: &Chance| chance.snooping.and_then(|s| s.best_romano_wolf_p);
    assert!(p(&of_noise) > Some(0.2), "{of_noise:?}");
    assert!(p(&of_skill) < Some(0.01), "{of_skill:?}");
    assert!(
        of_skill
            .overfitting
            .is_some_and(|o| o.pbo == 0.0 && o.blocks == 16)
    );
    assert!(
        of_skill
            .snooping
            .is_some_and(|s| s.better_than_nothing == 1)
    );
}

#[test]
fn a_ruined_trial_has_nothing_left_to_win_or_lose() {
    let mut short = returns(3, -0.01);
    short.truncate(40);
    let trials = [trial(0, returns(1, 0.001)), trial(1, short)];
    let chance = Chance::of(&setup(), &trials, &trials[0]);
    assert_eq!((chance.series, chance.days), (2, DAYS));
    assert!(chance.snooping.is_some());
}

#[test]
fn one_finished_trial_is_compared_with_nothing() {
    let trials = [trial(0, returns(1, 0.001))];
    let chance = Chance::of(&setup(), &trials, &trials[0]);
    assert_eq!((chance.snooping, chance.overfitting), (None, None));
    // The best of one try has no bar to pass but zero.
    let moments = Moments::of(&trials[0].daily_returns).expect("they vary");
    assert_eq!(chance.sharpe_variance, None);
    assert_eq!(chance.expected_max_sharpe, Some(0.0));
    assert_eq!(chance.deflated_sharpe, probabilistic_sharpe(&moments, 0.0));
    assert_eq!(chance.effective_trials, 1.0);
}

#[test]
fn a_study_too_large_to_keep_daily_returns_says_nothing_of_part_of_it() {
    let many = Setup {
        split: Split::without_test((Timestamp(0), Timestamp(DAY_MS * 20_000))),
        trials: 2_000,
        ..setup()
    };
    assert!(setup().keeps_daily_returns() && !many.keeps_daily_returns());
    let trials = [trial(0, returns(1, 0.001)), trial(1, returns(2, 0.0))];
    assert_eq!(Chance::of(&many, &trials, &trials[0]).series, 0);
}
