//! What a host learns before a run: manifest, parameters, needs.

use guest_sdk::native::NativeStrategy;
use guest_sdk::prelude::*;

parameters! {
    /// One of each kind.
    struct Params {
        /// Candles of the average,
        /// in two lines.
        period: i32 = int(20, 2..=200).step(2),
        /// Distance of the stop, a fraction.
        stop: f64 = float(0.02, 0.001..=0.5).step(0.001).log(),
        /// Trade at night.
        night: bool = boolean(true).fixed(),
        /// How to enter.
        entry: String = choice(["market", "limit"]),
        /// A remark.
        note: String = text("none"),
        /// Candle length.
        timeframe: Timeframe = timeframe(Timeframe::H1),
    }
}

struct Idle(Params);

impl Strategy for Idle {
    type Params = Params;

    fn new(params: Params) -> Result<Self, InitError> {
        require(params.period > 10, "the period must be over 10")?;
        Ok(Idle(params))
    }

    fn needs(&self) -> Needs {
        Needs::candles(self.0.timeframe, self.0.period)
            .with_primary(Timeframe::D1, 5)
            .stream("funding", 3)
            .events(EventKinds::FILLS)
            .events(EventKinds::TIMERS)
    }
}

#[test]
fn a_manifest_is_named_after_its_crate_and_has_the_parameters() {
    let manifest = NativeStrategy::<Idle>::manifest();
    assert_eq!(
        (manifest.name.as_str(), manifest.version.as_str()),
        ("guest-sdk", env!("CARGO_PKG_VERSION"))
    );
    let [role] = &manifest.roles[..] else {
        panic!("one role, not {:?}", manifest.roles)
    };
    assert_eq!((role.name.as_str(), role.tradable), ("main", true));
    assert_eq!((role.min_instruments, role.max_instruments), (1, 1));
    assert_eq!(
        role.kinds,
        InstrumentKinds::LINEAR_PERPETUAL | InstrumentKinds::SPOT
    );

    let options = vec!["market".to_string(), "limit".to_string()];
    let expected = [
        (
            "period",
            ParameterKind::Int(IntRange {
                default_value: 20,
                min: 2,
                max: 200,
                step: 2,
            }),
            true,
        ),
        (
            "stop",
            ParameterKind::Float(FloatRange {
                default_value: 0.02,
                min: 0.001,
                max: 0.5,
                step: 0.001,
                log_scale: true,
            }),
            true,
        ),
        ("night", ParameterKind::Boolean(true), false),
        (
            "entry",
            ParameterKind::Choice(Choice {
                default_value: 0,
                options,
            }),
            true,
        ),
        ("note", ParameterKind::Text("none".to_string()), false),
        ("timeframe", ParameterKind::Timeframe(Timeframe::H1), false),
    ];
    let declared = manifest
        .parameters
        .iter()
        .map(|it| (it.name.as_str(), it.kind.clone(), it.searchable));
    assert_eq!(declared.collect::<Vec<_>>(), expected);
    assert_eq!(
        manifest.parameters[0].description,
        "Candles of the average, in two lines."
    );
}

#[test]
fn values_are_read_by_name_and_type() {
    let params = Params {
        period: 30,
        entry: "limit".to_string(),
        ..Params::default()
    };
    let mut values = params.to_values();
    values.reverse();
    assert_eq!(Params::read(&values), Ok(params));

    values.retain(|named| named.name != "stop");
    let missing = InitError::Failed("parameter stop was not given".to_string());
    assert_eq!(Params::read(&values), Err(missing));
    values.push(NamedValue {
        name: "stop".to_string(),
        value: ParameterValue::Int(1),
    });
    assert!(matches!(Params::read(&values), Err(InitError::Failed(_))));
}

#[test]
fn needs_follow_the_parameters() {
    let values = Params {
        period: 30,
        timeframe: Timeframe::M5,
        ..Params::default()
    }
    .to_values();
    let (_, needs) = NativeStrategy::<Idle>::init(&values).unwrap();
    let series: Vec<_> = needs
        .series
        .iter()
        .map(|it| (it.timeframe, it.warm_up, it.delivery))
        .collect();
    assert_eq!(
        series,
        [
            (Timeframe::M5, 30, Delivery::Each),
            (Timeframe::D1, 5, Delivery::WithPrimary)
        ]
    );
    assert_eq!(
        (needs.streams[0].kind.as_str(), needs.streams[0].warm_up),
        ("funding", 3)
    );
    assert_eq!(needs.events, EventKinds::FILLS | EventKinds::TIMERS);

    let wrong = Params {
        period: 10,
        ..Params::default()
    }
    .to_values();
    let error = InitError::InvalidParameters("the period must be over 10".to_string());
    assert_eq!(NativeStrategy::<Idle>::init(&wrong).err(), Some(error));
}
