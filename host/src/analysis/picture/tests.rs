use proptest::prelude::*;
use resvg::tiny_skia::Pixmap;
use resvg::usvg::{Options, Tree};

use super::*;
use crate::analysis::benchmark::buy_and_hold;
use crate::analysis::sample;
use crate::analysis::trades::{excursion, holding_seconds, return_on_equity};
use crate::domain::Direction;
use crate::runs::RunResult;

fn facts(run: &RunResult) -> RunFacts {
    let samples = run.samples.iter();
    let trades = run.observed.trades.iter();
    RunFacts {
        title: "sma_cross on BTC/USDT:USDT 1h".to_owned(),
        currency: "USDT".to_owned(),
        equity: samples.map(|s| (s.time, s.equity.to_f64())).collect(),
        hold: buy_and_hold(&run.marks),
        trades: trades
            .map(|trade| TradeFact {
                direction: trade.direction,
                held_seconds: holding_seconds(trade),
                result: return_on_equity(trade),
                adverse: excursion(trade).adverse,
            })
            .collect(),
    }
}

/// Where one looks at them: with `PICTURES` set to a folder they are left there.
fn look_at(name: &str, svg: &str) -> Pixmap {
    let png = png(svg).expect("it is drawn");
    if let Some(folder) = std::env::var_os("PICTURES") {
        let path = std::path::Path::new(&folder).join(format!("{name}.png"));
        std::fs::write(path, &png).expect("it can be written");
    }
    Pixmap::decode_png(&png).expect("it is one")
}

/// Pixels that are near one of these colors.
fn pixels_of(picture: &Pixmap, [red, green, blue]: [u8; 3]) -> usize {
    let near = |a: u8, b: u8| a.abs_diff(b) < 12;
    let pixels = picture.pixels().iter();
    pixels
        .filter(|p| near(p.red(), red) && near(p.green(), green) && near(p.blue(), blue))
        .count()
}

const FIRST_CURVE: [u8; 3] = [0x4e, 0xa1, 0xf3];
const SECOND_CURVE: [u8; 3] = [0xf2, 0xa5, 0x41];
const TITLE: [u8; 3] = [0xf2, 0xf4, 0xf8];

#[test]
fn a_run_has_six_charts_with_its_lines_dots_and_bars() {
    let charts = run_charts(&facts(&sample::run()));
    let names: Vec<&str> = charts.iter().map(|c| c.0).collect();
    assert_eq!(
        names,
        [
            "equity",
            "drawdown",
            "months",
            "trades",
            "excursions",
            "returns"
        ]
    );
    for (name, svg) in &charts {
        let picture = look_at(&format!("year-{name}"), svg);
        assert_eq!(picture.width(), 1200, "{name}");
        assert!(pixels_of(&picture, TITLE) > 500, "{name} has no title");
        assert!(svg.len() < 600_000, "{name}: {} bytes", svg.len());
    }
    let of = |name: &str| &charts.iter().find(|c| c.0 == name).expect("it is there").1;
    let equity = look_at("year-equity", of("equity"));
    assert!(pixels_of(&equity, FIRST_CURVE) > 1_000);
    assert!(pixels_of(&equity, SECOND_CURVE) > 1_000);
    let dots = of("trades").matches("<circle").count();
    assert_eq!(dots, 146 + 2, "a dot a trade, two in the legend");
    assert_eq!(of("months").matches("<rect").count(), 1 + 12 + 1);
}

#[test]
fn a_run_in_which_nothing_happened_has_charts_that_say_so() {
    let nothing = RunFacts {
        title: "idle".to_owned(),
        currency: "USDT".to_owned(),
        equity: vec![],
        hold: None,
        trades: vec![],
    };
    for (name, svg) in run_charts(&nothing) {
        assert!(
            svg.contains(">no ") || svg.contains(">fewer "),
            "{name}: {svg}"
        );
        look_at(&format!("nothing-{name}"), &svg);
    }
    for (name, svg) in run_charts(&facts(&sample::run_of(vec![]))) {
        look_at(&format!("flat-{name}"), &svg);
    }
}

#[test]
fn curves_to_compare_have_a_legend_each_in_its_color_and_long_names_are_cut() {
    let run = sample::run();
    let curve = |number: u32| Curve {
        name: format!(
            "run {number} <script>alert(1)</script> {}",
            "é\u{202e}long ".repeat(9)
        ),
        points: run
            .samples
            .iter()
            .map(|s| (s.time, s.equity.to_f64() * (1.0 + f64::from(number) / 20.0)))
            .collect(),
    };
    let all: Vec<Curve> = (0..14).map(curve).collect();
    let svg = curves("14 runs compared", "USDT", &all);
    assert!(!svg.contains("<script") && svg.contains("&lt;script&gt;"));
    assert!(!svg.contains('\u{202e}') && svg.contains('\u{2026}'));
    assert!(svg.contains("2 further curves"));
    assert_eq!(svg.matches("stroke-linejoin").count(), 14);
    let picture = look_at("compare", &svg);
    assert!(pixels_of(&picture, FIRST_CURVE) > 1_000);

    let pair = curves("two runs", "USDT", &all[..2]);
    look_at("pair", &pair);
}

#[test]
fn a_long_curve_is_thinned_to_what_a_picture_can_show() {
    let points = (0..500_000).map(|n| (Timestamp(n * 60_000), f64::from(n as u32 % 977)));
    let curve = Curve {
        name: "minutes".to_owned(),
        points: points.collect(),
    };
    let kept = drawable(&curve);
    assert!(kept.len() <= POINTS + 2, "{}", kept.len());
    assert_eq!(kept[0].0, 0);
    assert_eq!(kept[kept.len() - 1].0, 499_999 * 60_000);
}

#[test]
fn what_is_no_svg_or_too_large_is_refused_by_name() {
    let refused = |svg: &str| png(svg).expect_err("it is refused").to_string();
    assert!(refused("<html>").starts_with("the picture is no SVG"));
    let large = "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"90000\" height=\"5\"></svg>";
    assert_eq!(
        refused(large),
        "the picture is 90000 x 5 pixels, more than 8192 on a side"
    );
}

fn value() -> impl Strategy<Value = f64> {
    prop_oneof![any::<f64>(), -1e6..1e6_f64, Just(0.0), Just(1e14)]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]
    #[test]
    fn every_run_can_be_drawn(
        title in any::<String>(),
        equity in prop::collection::vec(value(), 0..60),
        from in prop_oneof![any::<i64>(), 0..4_000_000_000_000_i64],
        apart in prop_oneof![1..10_000_000_000_i64, 0..2_i64],
        trades in prop::collection::vec((value(), prop::option::of(value()), value(), any::<bool>()), 0..20),
    ) {
        let time = |n: i64| Timestamp(from.saturating_add(n.saturating_mul(apart)));
        let equity: Vec<(Timestamp, f64)> = (0..).map(time).zip(equity).collect();
        let facts = RunFacts {
            title,
            currency: "<USDT>".to_owned(),
            hold: Some(equity.iter().map(|p| p.1).collect()),
            equity,
            trades: trades
                .into_iter()
                .map(|(held_seconds, result, adverse, long)| TradeFact {
                    direction: if long { Direction::Long } else { Direction::Short },
                    held_seconds,
                    result,
                    adverse,
                })
                .collect(),
        };
        // Dates of days come from money at moments that have a date.
        prop_assume!(from > FIRST_MS && from < LAST_MS - 60 * 10_000_000_000);
        for (name, svg) in run_charts(&facts) {
            // Read but not drawn: that takes a second a picture in a debug build.
            let read = Tree::from_str(&svg, &Options::default());
            prop_assert!(read.is_ok(), "{name}: {:?}\n{svg}", read.err());
        }
    }
}
