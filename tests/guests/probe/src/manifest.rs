//! What the probe says of itself, sound or not.

use crate::exports::trading::strategy::guest::Description;
use crate::trading::strategy::manifest::{
    Abilities, Choice, Columns, Delivery, EventKinds, FloatRange, InstrumentKinds, IntRange, Needs, OnFault,
    OrderKinds, Parameter, ParameterKind, Role, SeriesNeed, StreamNeed,
};
use crate::trading::strategy::types::Timeframe;

fn parameter(name: &str, kind: ParameterKind) -> Parameter {
    Parameter { name: name.into(), description: String::new(), kind, searchable: true }
}

fn int(default_value: i32, min: i32, max: i32, step: i32) -> ParameterKind {
    ParameterKind::Int(IntRange { default_value, min, max, step })
}

fn float(default_value: f64, min: f64, max: f64) -> ParameterKind {
    ParameterKind::Float(FloatRange { default_value, min, max, step: 0.0, log_scale: false })
}

fn role(name: &str) -> Role {
    Role {
        name: name.into(),
        description: String::new(),
        kinds: InstrumentKinds::all(),
        tradable: true,
        min_instruments: 1,
        max_instruments: 1,
    }
}

pub fn manifest(attack: &str) -> Description {
    let mut manifest = Description {
        name: "probe".into(),
        version: "0.1.0".into(),
        description: "Misbehaves.".into(),
        authors: vec![],
        parameters: vec![
            parameter("fast", int(10, 2, 50, 2)),
            parameter("threshold", float(0.5, 0.0, 1.0)),
            parameter("shout", ParameterKind::Boolean(false)),
            parameter("mode", ParameterKind::Choice(Choice { default_value: 0, options: vec!["a".into(), "b".into()] })),
            parameter("note", ParameterKind::Text("hello".into())),
            parameter("frame", ParameterKind::Timeframe(Timeframe::H1)),
        ],
        roles: vec![role("main")],
        abilities: Abilities {
            order_kinds: OrderKinds::all(),
            max_leverage: 1.0,
            shorts: true,
            max_positions: 100,
            max_open_orders: 100,
        },
        on_fault: OnFault::Flatten,
    };
    match attack {
        "manifest-huge" => manifest.description = "x".repeat(1 << 20),
        "manifest-many" => {
            manifest.parameters = (0..2_000).map(|i| parameter(&format!("p{i}"), int(1, 1, 2, 1))).collect();
        }
        "manifest-twice" => manifest.parameters.push(parameter("fast", int(1, 1, 2, 1))),
        "manifest-nan" => manifest.parameters.push(parameter("nan", float(1.0, f64::NAN, f64::INFINITY))),
        "manifest-default" => manifest.parameters.push(parameter("far", int(100, 1, 10, 1))),
        "manifest-name" => manifest.name = "Probe \u{1b}[31m; rm -rf /".into(),
        "manifest-version" => manifest.version = "latest".into(),
        "manifest-leverage" => manifest.abilities.max_leverage = f64::NAN,
        "manifest-roles" => manifest.roles.clear(),
        "gamble" => manifest.roles[0].max_instruments = 2,
        _ => {}
    }
    manifest
}

pub fn needs(attack: &str) -> Needs {
    let series = SeriesNeed {
        role: if attack == "needs-role" { "nobody".into() } else { "main".into() },
        timeframe: Timeframe::M1,
        warm_up: if attack == "needs-warm-up" { u32::MAX } else { 3 },
        delivery: if attack == "needs-never" { Delivery::WithPrimary } else { Delivery::Each },
        columns: Columns::all(),
    };
    let events = if attack == "needs-never" { EventKinds::empty() } else { EventKinds::all() };
    let of = |kind: &str, detail, delivery| StreamNeed {
        role: "main".into(),
        kind: kind.into(),
        detail,
        warm_up: 2,
        delivery,
        optional: kind != "funding",
    };
    let stream = |delivery| of("funding", 0, delivery);
    let streams = match attack {
        "rows" | "rows-panic" => vec![stream(Delivery::Each), stream(Delivery::WithPrimary)],
        "gamble" => vec![
            stream(Delivery::Each),
            of("open-interest", 5, Delivery::Each),
            of("mark", 1, Delivery::Each),
            of("volume-delta", 3, Delivery::WithPrimary),
            of("trades", 0, Delivery::Each),
            of("book", 2, Delivery::WithPrimary),
        ],
        _ => vec![],
    };
    Needs { series: vec![series], streams, events }
}
