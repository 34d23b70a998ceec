//! What all trials say about the best, in sentences.

use crate::analysis::format::{UNDEFINED, count, number, percent, plain, plural};
use crate::optimize::Chance;

/// Below this it is not said that the best is more than luck (`defaults.md` section 10).
const DEFLATED_SURE: f64 = 0.95;

/// A sentence for each test that could be made, and for what it was made of.
pub(super) fn lines(chance: &Chance) -> Vec<String> {
    let mut lines = Vec::new();
    if chance.series < 2 {
        return vec![
            "is the best luck: not told, which takes the daily returns of at least two finished trials (kept up to 4,194,304 in all)"
                .to_owned(),
        ];
    }
    lines.push(format!(
        "is the best luck: {} days of training of {}, {} in all that are worth {} independent ones (average correlation {})",
        count(chance.days as u64),
        plural(chance.series as u64, "finished trial"),
        count(chance.trials as u64),
        number(Some(chance.effective_trials)),
        number(chance.average_correlation),
    ));
    lines.push(format!(
        "deflated Sharpe ratio {}: the best shows {} a year, the best of as many without skill {}",
        thousandths(chance.deflated_sharpe),
        number(chance.best_sharpe),
        number(chance.expected_max_sharpe),
    ));
    if let Some(found) = chance.overfitting {
        lines.push(format!(
            "probability of overfitting {}: so often the best of one half of training is not above the middle on the other ({} ways to \
             halve {} blocks); it loses there in {}, slope {}",
            percent(Some(found.pbo)),
            count(found.combinations as u64),
            count(found.blocks as u64),
            percent(Some(found.prob_oos_loss)),
            number(found.slope),
        ));
    }
    if let Some(tests) = chance.snooping {
        lines.push(format!(
            "p that none is better than holding cash: SPA {} ({} to {}), White {}; of the best alone (Romano-Wolf) {}, {} of {} trials \
             are at most 0.05 ({} draws, seed {}, blocks of {} days)",
            thousandths(tests.spa_p),
            thousandths(tests.spa_lower_p),
            thousandths(tests.spa_upper_p),
            thousandths(Some(tests.white_p)),
            thousandths(tests.best_romano_wolf_p),
            count(tests.better_than_nothing as u64),
            count(chance.series as u64),
            count(tests.draws as u64),
            tests.seed,
            plain(tests.mean_block, 0),
        ));
    }
    lines
}

/// A probability with three decimals.
fn thousandths(probability: Option<f64>) -> String {
    probability.map_or_else(|| UNDEFINED.to_owned(), |p| plain(p, 3))
}

/// What speaks against the best.
pub(super) fn warnings(chance: &Chance) -> Vec<String> {
    let mut warnings = Vec::new();
    if let Some(deflated) = chance.deflated_sharpe.filter(|p| *p < DEFLATED_SURE) {
        warnings.push(format!(
            "the best may be luck: deflated Sharpe ratio {} after {}, below {DEFLATED_SURE}",
            thousandths(Some(deflated)),
            plural(chance.trials as u64, "trial"),
        ));
    }
    if let Some(needed) = chance.min_backtest_years.filter(|y| *y > chance.years) {
        warnings.push(format!(
            "{} years of training are short for so many tries: below {} years the best of as many without skill shows such a Sharpe ratio",
            number(Some(chance.years)),
            number(Some(needed)),
        ));
    }
    if let Some(found) = chance.overfitting.filter(|found| found.pbo > 0.5) {
        warnings.push(format!(
            "the search fits noise: the best of one half of training is more often below the middle on the other than above (probability \
             of overfitting {})",
            percent(Some(found.pbo)),
        ));
    }
    warnings
}
