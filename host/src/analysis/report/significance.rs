//! Is it more than luck, in words: the figures of `significance` in summary.json, a sentence each.

use serde_json::Value;

use crate::analysis::format::{count, number, percent, plain};
use crate::analysis::report::markup::facts;

/// A probability under this is taken for more than luck.
const UNLIKELY: f64 = 0.05;

/// The panel; nothing where nothing was computed.
pub(super) fn panel(significance: Option<&Value>) -> String {
    let Some(figures) = significance.map(Figures) else {
        return String::new();
    };
    let lines: Vec<(String, String)> = [
        ("True Sharpe ratio", figures.sharpe()),
        ("Length of the record", figures.record()),
        ("Win rate", figures.win_rate()),
        ("Mean daily return", figures.mean()),
        ("Same days, redrawn", figures.days()),
        ("Same trades, other order", figures.order()),
        ("Same trades, redrawn", figures.trades()),
        ("Losing half", figures.half()),
    ]
    .into_iter()
    .filter_map(|(name, said)| Some((name.to_owned(), said?)))
    .collect();
    let inside = if lines.is_empty() {
        "<p class=\"none\">Too short a record, and too few trades, to tell luck from skill.</p>"
            .to_owned()
    } else {
        facts(&lines)
    };
    format!(
        "<section class=\"panel\"><h2>Is it more than luck</h2>{inside}<p class=\"hint\">Of one try. How many were made before it is the doctor's business. Draws and seeds are in summary.json.</p></section>"
    )
}

/// `significance` of summary.json.
struct Figures<'a>(&'a Value);

impl Figures<'_> {
    /// A figure by its path, `/win_rate/lower`.
    fn get(&self, path: &str) -> Option<f64> {
        self.0.pointer(path).and_then(Value::as_f64)
    }

    fn whole(&self, path: &str) -> Option<u64> {
        self.0.pointer(path).and_then(Value::as_u64)
    }

    /// A fraction as percent with one decimal.
    fn share(&self, path: &str) -> Option<String> {
        self.get(path).map(|x| format!("{} %", plain(x * 100.0, 1)))
    }

    fn sharpe(&self) -> Option<String> {
        let unreliable = match self.0.get("reliable").and_then(Value::as_bool) {
            Some(false) => "; so few days make this unreliable",
            _ => "",
        };
        Some(format!(
            "above 0 with {} probability, above 1 a year with {}{unreliable}",
            self.share("/psr_vs_0")?,
            self.share("/psr_vs_1_annual")?
        ))
    }

    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "days, checked to be fewer than a billion"
    )]
    fn record(&self) -> Option<String> {
        let returns = self.whole("/returns")?;
        let days = format!("{} days", count(returns));
        Some(match self.get("/min_track_record_length_vs_0") {
            None => format!("{days}; no length would show a ratio above 0 that is not there"),
            Some(needed) if needed > 1e9 => format!("{days}; more than anyone lives are needed"),
            Some(needed) => {
                let needed = needed.max(0.0).ceil() as u64;
                let verdict = if needed <= returns {
                    "enough"
                } else {
                    "too short"
                };
                format!(
                    "{days}: {verdict}. {} are needed to be 95 % sure that the ratio is above 0",
                    count(needed)
                )
            }
        })
    }

    fn win_rate(&self) -> Option<String> {
        let (wins, decided) = (
            self.whole("/win_rate/wins")?,
            self.whole("/win_rate/decided")?,
        );
        if decided == 0 {
            return None;
        }
        let won = format!(
            "{} of {} won; the true rate is between {} and {} (95 %)",
            count(wins),
            count(decided),
            self.share("/win_rate/lower")?,
            self.share("/win_rate/upper")?
        );
        let Some((even, p)) = self
            .share("/win_rate/break_even")
            .zip(self.get("/win_rate/p_vs_break_even"))
        else {
            return Some(won);
        };
        let verdict = if p < UNLIKELY {
            "more than luck"
        } else {
            "luck can explain it"
        };
        Some(format!(
            "{won}. Nothing is earned at {even}; the difference to that: {verdict} (p {})",
            probability(p)
        ))
    }

    fn mean(&self) -> Option<String> {
        let p = self.get("/rule/p")?;
        let verdict = if p < UNLIKELY {
            "unlikely to be luck"
        } else {
            "luck can explain it"
        };
        Some(format!(
            "{verdict}: had the days no tendency, one as good would come up with probability {}",
            probability(p)
        ))
    }

    fn days(&self) -> Option<String> {
        Some(format!(
            "Sharpe ratio {} to {} in nine of ten draws, {} in the middle",
            number(Some(self.get("/sharpe_bootstrap/p05")?)),
            number(Some(self.get("/sharpe_bootstrap/p95")?)),
            number(Some(self.get("/sharpe_bootstrap/p50")?))
        ))
    }

    fn order(&self) -> Option<String> {
        Some(format!(
            "drawdown {} in the middle, deeper than {} in one order of twenty; as it was, {}",
            percent(Some(self.get("/trade_shuffle/median")?)),
            percent(Some(self.get("/trade_shuffle/worst_5")?)),
            percent(Some(self.get("/trade_shuffle/actual")?))
        ))
    }

    fn trades(&self) -> Option<String> {
        Some(format!(
            "a loss in {} of the draws; return {} to {} in nine of ten",
            self.share("/trade_bootstrap/prob_loss")?,
            percent(Some(self.get("/trade_bootstrap/return_p05")?)),
            percent(Some(self.get("/trade_bootstrap/return_p95")?))
        ))
    }

    fn half(&self) -> Option<String> {
        Some(format!(
            "{} probability to fall to half at some time, were it to go on like this",
            self.share("/halving")?
        ))
    }
}

/// Three decimals, and no claim of certainty.
fn probability(p: f64) -> String {
    if p < 0.001 {
        "under 0.001".to_owned()
    } else {
        plain(p, 3)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn undefined_figures_are_left_out_and_the_rest_are_sentences() {
        let page = panel(Some(&json!({
            "returns": 366, "reliable": true, "psr_vs_0": 0.931, "psr_vs_1_annual": 0.4,
            "min_track_record_length_vs_0": 511.2, "halving": null,
            "win_rate": {"wins": 60, "decided": 100, "lower": 0.502, "upper": 0.69, "break_even": 0.55, "p_vs_break_even": 0.3},
            "sharpe_bootstrap": null, "trade_shuffle": null, "trade_bootstrap": null, "rule": {"p": 0.0001}
        })));
        for text in [
            "above 0 with 93.1 % probability, above 1 a year with 40.0 %",
            "366 days: too short. 512 are needed",
            "60 of 100 won; the true rate is between 50.2 % and 69.0 % (95 %)",
            "luck can explain it (p 0.300)",
            "probability under 0.001",
        ] {
            assert!(page.contains(text), "{text}: {page}");
        }
        assert!(!page.contains("redrawn") && !page.contains("Losing half"));
    }

    #[test]
    fn nothing_known_is_said_in_one_sentence() {
        assert_eq!(panel(None), "");
        assert!(panel(Some(&json!({}))).contains("Too short a record"));
    }
}
