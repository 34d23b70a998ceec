//! How large the positions are for the account, minute by minute. Source: `metrics.md` section 3, perpetuals.

use crate::domain::{Cash, Cost, Quote};
use crate::ledger::Account;
use crate::runs::LeverageUsed;

/// What the closes so far add up to. A close without a position costs one look.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct LeverageGauge {
    closes: f64,
    sum: f64,
    peak: f64,
    margin_use_peak: f64,
}

impl LeverageGauge {
    /// One more close.
    #[inline]
    pub(super) fn note(&mut self, account: &Account, quotes: &[Quote]) {
        if !account.positions().is_empty() {
            self.note_positions(account, quotes);
        }
    }

    /// An account without equity has no leverage: it is over, and says so elsewhere.
    fn note_positions(&mut self, account: &Account, quotes: &[Quote]) {
        let (mut notional, mut equity) = (Cost::ZERO, account.wallet.to_cost());
        let mut margin = Cash::ZERO;
        for position in account.positions() {
            let mark = quotes[position.instrument as usize].mark;
            notional += (mark * position.qty).abs();
            // Under cross margin nothing is set aside: what is in use is the initial margin of its value.
            margin += match position.margin {
                Cash::ZERO => (mark * position.qty).over_leverage(position.leverage),
                held => held,
            };
            equity += position.unrealized(mark);
        }
        if equity > Cost::ZERO {
            let equity = equity.to_f64();
            let margin_use = margin.to_f64() / equity;
            self.add(notional.to_f64() / equity, margin_use);
        }
    }

    fn add(&mut self, leverage: f64, margin_use: f64) {
        self.closes += 1.0;
        self.sum += leverage;
        self.peak = self.peak.max(leverage);
        self.margin_use_peak = self.margin_use_peak.max(margin_use);
    }

    pub(super) fn finish(self) -> LeverageUsed {
        let if_any = |figure: f64| (self.closes > 0.0).then_some(figure);
        LeverageUsed {
            peak: if_any(self.peak),
            mean_in_position: if_any(self.sum / self.closes),
            margin_use_peak: if_any(self.margin_use_peak),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::metrics::tests::{examples, golden, number};
    use crate::analysis::returns::underwater;

    #[test]
    fn golden_perpetual() {
        let Some(file) = examples() else { return };
        let minutes = file["perpetual"]["minutes"].as_array().expect("minutes");
        let expected = &file["perpetual"]["expect"];
        let mut gauge = LeverageGauge::default();
        let mut equities = Vec::new();
        for minute in minutes {
            let of = |key: &str| number(&minute[key]);
            let equity = of("equity");
            equities.push(equity);
            if of("qty") != 0.0 {
                gauge.add(
                    (of("qty") * of("mark")).abs() / equity,
                    of("margin") / equity,
                );
            }
        }
        let used = gauge.finish();
        let deepest = |equity: &[f64]| underwater(equity).into_iter().min_by(f64::total_cmp);
        let cases = [
            ("leverage_peak", used.peak),
            ("leverage_mean_in_position", used.mean_in_position),
            ("margin_use_peak", used.margin_use_peak),
            ("max_drawdown_intraday", deepest(&equities)),
            ("max_drawdown_daily", deepest(&[equities[0], equities[4]])),
        ];
        for (key, got) in cases {
            golden(&format!("perpetual {key}"), got, &expected[key]);
        }
        assert_eq!(
            expected.as_object().map(serde_json::Map::len),
            Some(cases.len())
        );
    }

    #[test]
    fn without_a_position_there_is_no_leverage() {
        assert_eq!(LeverageGauge::default().finish(), LeverageUsed::default());
    }
}
