//! What the benches run on.

use host::domain::{Abilities, Instrument, InstrumentKinds, Manifest, OnFault, Role};

/// Bitcoin's perpetual of the table.
pub fn instrument() -> Instrument {
    host::venues::instruments::lookup("binance", "BTC/USDT:USDT").expect("it is in the table")
}

/// A strategy without code that may do everything.
pub fn manifest() -> Manifest {
    Manifest {
        name: "none".to_owned(),
        version: "0.0.0".to_owned(),
        description: String::new(),
        authors: Vec::new(),
        parameters: Vec::new(),
        roles: vec![Role {
            name: "main".to_owned(),
            description: String::new(),
            kinds: InstrumentKinds {
                linear_perpetual: true,
                ..InstrumentKinds::default()
            },
            tradable: true,
            min_instruments: 1,
            max_instruments: 1,
        }],
        abilities: Abilities::unlimited(),
        on_fault: OnFault::Flatten,
    }
}
