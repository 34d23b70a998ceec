//! What holds after any sequence of candles and orders: money is conserved, margin adds up, nothing depends on the future, on
//! the direction of the price, or on another symbol.

mod story;

use proptest::prelude::*;

use self::story::{Action, Minute, Run, Shape, Story, stories};
use crate::domain::{Cash, Cause, Liquidity};
use crate::engine::{EndOfData, Happening};
use crate::execution::Preset;

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn money_is_conserved_and_margin_adds_up(story in stories()) {
        let run = Run::through(&story, story.minutes.len(), Some(story.end));
        let account = run.engine.trader(0).desk().account();
        if story.end != EndOfData::Leave {
            prop_assert!(account.positions().is_empty());
            prop_assert_eq!(account.position_margin, Cash::ZERO);
            prop_assert_eq!(account.order_margin, Cash::ZERO);
        }
    }

    #[test]
    fn the_start_of_a_run_does_not_depend_on_the_rest(story in stories(), part in 1..25_usize) {
        let part = part.min(story.minutes.len());
        let whole = Run::through(&story, story.minutes.len(), None);
        let start = Run::through(&story, part, None);
        prop_assert_eq!(&whole.records[..start.records.len()], &start.records[..]);
    }

    #[test]
    fn no_order_fills_outside_what_the_price_reached(story in stories()) {
        let story = Story {
            knobs: vec![("slippage_bps", "0")],
            ..story
        };
        let mut run = Run::new(&story);
        for (index, minute) in story.minutes.iter().enumerate() {
            let before = run.records.len();
            run.minute(index, minute, None);
            let entries = run.records[before..].iter().flat_map(|r| &r.entries);
            for entry in entries {
                let Happening::Fill(fill) = &entry.what else { continue };
                let (low, high) = run.reach[fill.instrument as usize];
                let by_itself = fill.liquidity == Liquidity::Liquidation || fill.cause == Cause::Delisting;
                let inside = fill.price >= low && fill.price <= high;
                prop_assert!(by_itself || inside, "{fill:?} outside {low} to {high}");
            }
        }
    }

    #[test]
    fn a_mirrored_market_gives_a_mirrored_account(story in stories()) {
        let story = symmetric(story);
        let mirrored = mirror(&story);
        let minutes = story.minutes.len();
        let (run, other) = (Run::through(&story, minutes, None), Run::through(&mirrored, minutes, None));
        let equity = |run: &Run| {
            let point = run.engine.account_point(0);
            (point.wallet, point.equity)
        };
        prop_assert_eq!(equity(&run), equity(&other));
    }

    #[test]
    fn a_symbol_does_not_depend_on_the_orders_of_another(story in stories()) {
        let story = Story {
            balance: 1_000_000_000,
            knobs: story.knobs.into_iter().filter(|(k, _)| *k != "margin_mode").collect(),
            ..story
        };
        // What names the latest order or position names another one when the other symbol sends none.
        let together = Story {
            minutes: story.minutes.iter().map(|m| without_names(m, false)).collect(),
            ..story.clone()
        };
        let alone = Story {
            minutes: story.minutes.iter().map(|m| without_names(m, true)).collect(),
            ..story.clone()
        };
        let minutes = story.minutes.len();
        let fills = |story: &Story| -> Vec<_> {
            let run = Run::through(story, minutes, None);
            let entries = run.records.iter().flat_map(|r| r.entries.clone());
            entries
                .filter_map(|e| match e.what {
                    Happening::Fill(f) if f.instrument == 0 => {
                        Some((f.time, f.side, f.qty, f.price, f.fee, f.realized_pnl, f.cause))
                    }
                    _ => None,
                })
                .collect()
        };
        prop_assert_eq!(fills(&together), fills(&alone));
    }
}

/// Only new orders without relations; with `first` only those of the first symbol.
fn without_names(minute: &Minute, first: bool) -> Minute {
    let keeps = |action: &Action| match action {
        Action::Submit(wish) => {
            wish.target < 2 && !wish.is_child() && (!first || wish.instrument == 0)
        }
        _ => false,
    };
    Minute {
        actions: minute
            .actions
            .iter()
            .filter(|a| keeps(a))
            .cloned()
            .collect(),
        ..minute.clone()
    }
}

/// What the mirror image of prices can be compared in: nothing that is a fraction of a price.
fn symmetric(story: Story) -> Story {
    let minutes = story.minutes.into_iter().map(Minute::plain);
    Story {
        preset: Preset::Strict,
        knobs: vec![
            ("path", "ohlc"),
            ("slippage_bps", "0"),
            ("liquidation", "none"),
            ("participation", "null"),
        ],
        balance: 1_000_000_000,
        leverage: 1,
        minutes: minutes.collect(),
        fees: false,
        ..story
    }
}

/// Up is down: the first close is 1,000 ticks, so a price becomes 2,000 ticks less it.
fn mirror(story: &Story) -> Story {
    let shape = |s: Shape| Shape {
        gap: -s.gap,
        body: -s.body,
        above: s.below,
        below: s.above,
    };
    let minutes = story.minutes.iter().map(|minute| Minute {
        candles: minute.candles.map(|c| c.map(shape)),
        actions: minute.actions.iter().map(Action::mirrored).collect(),
        ..minute.clone()
    });
    let mut knobs = story.knobs.clone();
    knobs[0] = ("path", "olhc");
    Story {
        knobs,
        minutes: minutes.collect(),
        ..story.clone()
    }
}
