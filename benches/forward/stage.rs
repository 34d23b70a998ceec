//! What the measurements run on: a component, a market, sessions over it.

use std::path::{Path, PathBuf};

use host::data::live::LiveMinute;
use host::domain::{
    Candle, Cash, Instrument, MarkCandle, Ohlc, Rate, Reference, Slot, Timestamp, UNIT,
};
use host::execution::{Preset, Profile};
use host::forward_test::{Control, Declared, DeclaredBy, Minutes, SessionError, Supply, Wish};
use host::persistence::{Input, MinuteInput, Origin};
use host::strategy::{Component, Limits, Runtime};
use host::toolchain::{Options, build_guests};

pub(crate) const MINUTE: i64 = 60_000;
/// 2024-03-01.
pub(crate) const START: i64 = 1_709_251_200_000;

pub(crate) fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The folder of shared reference data beside the project.
pub(crate) fn shared_dir() -> PathBuf {
    std::env::var_os("SHARED_DIR").map_or_else(|| workspace().join("../shared"), PathBuf::from)
}

pub(crate) fn instrument() -> Instrument {
    host::venues::instruments::lookup("binance", "BTC/USDT:USDT").expect("it is in the table")
}

/// The component of a strategy, built once.
pub(crate) fn built(name: &str) -> PathBuf {
    let options = Options {
        packages: vec![name.to_owned()],
        target_dir: Some(workspace().join("target/guests")),
        ..Options::default()
    };
    let built = build_guests(&workspace(), &options, &mut |_| {}).expect("it builds");
    built[0].path.clone()
}

pub(crate) fn runtime() -> Runtime {
    Runtime::new(Limits::default(), None).expect("the compiler knows this machine")
}

/// A strategy with the money and rules of a fresh session.
pub(crate) fn declared(
    name: &str,
    component: &Component,
    path: &Path,
    parameters: &[&str],
) -> Declared {
    let wish = Wish {
        name: None,
        source: name.to_owned(),
        path: path.to_owned(),
        markets: Vec::new(),
        roles: Vec::new(),
        parameters: parameters.iter().map(|p| (*p).to_owned()).collect(),
        balance: Cash(10_000 * i128::from(UNIT)),
        leverage: Rate(UNIT),
        profile: Profile::preset(Preset::Strict),
        on_fault: None,
        safety: String::new(),
        seed: 0,
        by: DeclaredBy::Hand,
    };
    wish.declare(name, component, vec![0])
}

pub(crate) fn start(
    strategy: usize,
    declared: Declared,
    from: Timestamp,
    start: Timestamp,
) -> Input {
    let control = Control::Start {
        strategy: u32::try_from(strategy).expect("few"),
        declared: Box::new(declared),
        from_ms: from.0,
        start_ms: start.0,
        replaces: None,
    };
    Input::Control {
        time: start,
        who: "bench".to_owned(),
        body: control.to_json(),
    }
}

/// A minute with its mark.
pub(crate) fn minute(candle: Candle, origin: Origin) -> Input {
    let path = Ohlc {
        open: candle.open,
        high: candle.high,
        low: candle.low,
        close: candle.close,
    };
    Input::Minute(MinuteInput {
        market: 0,
        time: candle.open_time,
        slot: Slot::real(candle),
        reference: Reference {
            mark: Some(MarkCandle {
                path,
                shown: candle.close,
            }),
            index: Some(path),
        },
        origin,
    })
}

pub(crate) fn live(minute: &LiveMinute) -> Input {
    Input::Minute(MinuteInput {
        market: 0,
        time: minute.time,
        slot: minute.slot,
        reference: minute.reference,
        origin: Origin::Live,
    })
}

/// One component, and the history of one market.
pub(crate) struct Supplied {
    pub(crate) component: Component,
    pub(crate) minutes: Minutes,
}

impl Supplied {
    /// Without history.
    pub(crate) fn bare(component: &Component) -> Self {
        Self {
            component: component.clone(),
            minutes: Vec::new(),
        }
    }
}

impl Supply for Supplied {
    fn component(&mut self, _: &str) -> Result<Component, SessionError> {
        Ok(self.component.clone())
    }

    fn minutes(&mut self, _: u32, from: Timestamp, to: Timestamp) -> Result<Minutes, SessionError> {
        let of = self
            .minutes
            .iter()
            .filter(|m| m.time >= from && m.time < to);
        Ok(of.copied().collect())
    }
}
