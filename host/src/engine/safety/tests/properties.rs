//! Whatever is sent and wherever the price goes: while a breaker is open no position is opened or increased.

use proptest::prelude::{ProptestConfig, Strategy, any, prop};
use proptest::{prop_assert_eq, proptest};

use super::{
    Bench, BlockedBy, Command, Effect, Happening, OrderKind, OrderRequest, Safety, Side, breaker,
    rapid_loss,
};
use crate::domain::{Direction, Exit, Exits, PositionChange, Target};
use crate::execution::{PositionMode, Preset, Profile};

/// One wish at the close of a minute, and where the price goes next.
#[derive(Debug, Clone, Copy)]
struct Wish {
    buy: bool,
    units: u8,
    kind: u8,
    distance: u8,
    target: u8,
    reduce_only: bool,
    child: bool,
    exits: bool,
    next_price: i64,
}

fn wishes() -> impl Strategy<Value = Vec<Wish>> {
    let order = (any::<bool>(), 1..20_u8, 0..5_u8, 1..10_u8);
    let flags = (
        0..3_u8,
        prop::bool::weighted(0.2),
        prop::bool::weighted(0.2),
        any::<bool>(),
    );
    let wish = (order, flags, 70..130_i64).prop_map(|(order, flags, next_price)| {
        let (buy, units, kind, distance) = order;
        let (target, reduce_only, child, exits) = flags;
        Wish {
            buy,
            units,
            kind,
            distance,
            target,
            reduce_only,
            child,
            exits,
            next_price,
        }
    });
    prop::collection::vec(wish, 1..60)
}

fn request(wish: Wish, price: f64, parent: Option<u32>) -> OrderRequest {
    let side = if wish.buy { Side::Buy } else { Side::Sell };
    let below = price - f64::from(wish.distance);
    let above = price + f64::from(wish.distance);
    let (better, worse) = if wish.buy {
        (below, above)
    } else {
        (above, below)
    };
    let exits = Exits {
        stop: Some(Exit::At(better)),
        take_profit: Some(Exit::At(worse)),
        trigger_by: None,
    };
    OrderRequest {
        kind: match wish.kind {
            0 => OrderKind::Market,
            1 => OrderKind::Limit(better),
            2 => OrderKind::Stop(worse),
            3 => OrderKind::StopLimit {
                trigger: worse,
                limit: worse,
            },
            _ => OrderKind::Trailing {
                callback: 0.05,
                activation: None,
            },
        },
        target: match wish.target {
            0 => Target::Net,
            1 => Target::Separate,
            // Of hedge mode only: refused in the others.
            _ => Target::Side(Direction::Long),
        },
        reduce_only: wish.reduce_only,
        parent: parent.filter(|_| wish.child),
        exits: if wish.exits && !wish.reduce_only {
            exits
        } else {
            Exits::default()
        },
        ..OrderRequest::market(0, side, f64::from(wish.units))
    }
}

/// What opened or increased while entries were shut or a breaker was open, as the record tells it.
fn opened_while_blocked(happened: &[Happening]) -> Vec<&Happening> {
    let mut open = false;
    let mut found = Vec::new();
    for what in happened {
        match what {
            Happening::Breaker { open: now, .. } => open = *now,
            Happening::Entries { allowed, .. } => open = !*allowed,
            Happening::Position { change, .. } => {
                let grows = matches!(
                    change.change,
                    PositionChange::Opened | PositionChange::Increased
                );
                if open && grows {
                    found.push(what);
                }
            }
            _ => {}
        }
    }
    found
}

/// Entries are shut after this many wishes, if ever: what works then is canceled, since it may stay.
fn run(
    wishes: &[Wish],
    safety: Safety,
    position_mode: PositionMode,
    paused_after: Option<usize>,
) -> Bench {
    let profile = Profile {
        position_mode,
        ..Profile::preset(Preset::Strict)
    };
    let mut bench = Bench::of(profile, safety, 0, None);
    let mut price = 100;
    let mut parent = None;
    for (index, wish) in wishes.iter().enumerate() {
        if paused_after == Some(index) {
            bench.command(Command::CancelAll(None)).expect("it cancels");
            let (by, allowed) = (BlockedBy::User, false);
            let pause = Command::Entries { by, allowed };
            bench.command(pause).expect("it pauses");
        }
        let before = bench.happened.len();
        let _ = bench.submit(request(*wish, price as f64, parent));
        let accepted = bench.happened[before..].iter().find_map(|what| match what {
            Happening::Accepted { order, .. } => Some(order.id),
            _ => None,
        });
        parent = accepted.or(parent);
        price = wish.next_price;
        bench.at_price(price);
    }
    bench
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_blocked_account_never_opens(
        wishes in wishes(),
        flatten in any::<bool>(),
        mode in prop::sample::select(vec![PositionMode::OneWay, PositionMode::Hedge, PositionMode::Independent]),
    ) {
        let effect = if flatten { Effect::Flatten } else { Effect::BlockEntries };
        let safety = breaker(rapid_loss(50, 5), 4, effect);
        let bench = run(&wishes, safety, mode, None);
        prop_assert_eq!(opened_while_blocked(&bench.happened), Vec::<&Happening>::new());
    }

    #[test]
    fn a_paused_account_never_opens(
        wishes in wishes(),
        paused_after in 0..30_usize,
        mode in prop::sample::select(vec![PositionMode::OneWay, PositionMode::Hedge, PositionMode::Independent]),
    ) {
        let bench = run(&wishes, Safety::default(), mode, Some(paused_after));
        prop_assert_eq!(opened_while_blocked(&bench.happened), Vec::<&Happening>::new());
    }
}
