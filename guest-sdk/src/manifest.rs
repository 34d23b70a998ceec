//! Who a strategy is and the most it will ever do, with defaults that suit most.
//!
//! ```
//! use guest_sdk::prelude::*;
//!
//! let manifest = manifest!()
//!     .long_only()
//!     .max_positions(2)
//!     .roles(vec![
//!         Role::one("main", "What is traded").instruments(1..=5),
//!         Role::one("compass", "What is only looked at").read_only(),
//!     ])
//!     .on_fault(OnFault::Cancel);
//! assert!(!manifest.abilities.shorts && !manifest.roles[1].tradable);
//! ```

use crate::contract::*;

/// The role every strategy has unless it declares others.
pub(crate) const MAIN: &str = "main";

/// A manifest named after the calling crate: `CARGO_PKG_NAME`, version, description and authors.
#[macro_export]
macro_rules! manifest {
    () => {
        $crate::contract::Manifest::new(
            env!("CARGO_PKG_NAME"),
            env!("CARGO_PKG_VERSION"),
            env!("CARGO_PKG_DESCRIPTION"),
            env!("CARGO_PKG_AUTHORS"),
        )
    };
}

impl Manifest {
    /// One role `main` (a linear perpetual or spot pair, one instrument, tradable), every order kind, shorts, no leverage,
    /// at most 100 positions and orders, flatten on a fault. Parameters are added by the SDK.
    ///
    /// `authors` are separated by colons, as in `CARGO_PKG_AUTHORS`.
    pub fn new(name: &str, version: &str, description: &str, authors: &str) -> Manifest {
        Manifest {
            name: name.to_string(),
            version: version.to_string(),
            description: description.to_string(),
            authors: authors
                .split(':')
                .filter(|author| !author.is_empty())
                .map(str::to_string)
                .collect(),
            parameters: Vec::new(),
            roles: vec![Role::one(MAIN, "What is traded")],
            abilities: Abilities {
                order_kinds: OrderKinds::all(),
                max_leverage: 1.0,
                shorts: true,
                max_positions: 100,
                max_open_orders: 100,
            },
            on_fault: OnFault::Flatten,
        }
    }

    /// Never holds a short position.
    pub fn long_only(mut self) -> Self {
        self.abilities.shorts = false;
        self
    }

    /// Asks for leverage up to this.
    pub fn max_leverage(mut self, leverage: f64) -> Self {
        self.abilities.max_leverage = leverage;
        self
    }

    /// Holds at most this many positions.
    pub fn max_positions(mut self, count: u32) -> Self {
        self.abilities.max_positions = count;
        self
    }

    /// Has at most this many orders working.
    pub fn max_open_orders(mut self, count: u32) -> Self {
        self.abilities.max_open_orders = count;
        self
    }

    /// Sends these kinds of orders only.
    pub fn order_kinds(mut self, kinds: OrderKinds) -> Self {
        self.abilities.order_kinds = kinds;
        self
    }

    /// Replaces the one role by these.
    pub fn roles(mut self, roles: Vec<Role>) -> Self {
        self.roles = roles;
        self
    }

    /// What the host does with orders and positions when the strategy faults.
    pub fn on_fault(mut self, policy: OnFault) -> Self {
        self.on_fault = policy;
        self
    }
}

impl Role {
    /// A place for exactly one tradable linear perpetual or spot pair.
    pub fn one(name: &str, description: &str) -> Role {
        Role {
            name: name.to_string(),
            description: description.to_string(),
            kinds: InstrumentKinds::LINEAR_PERPETUAL | InstrumentKinds::SPOT,
            tradable: true,
            min_instruments: 1,
            max_instruments: 1,
        }
    }

    /// Accepts these kinds instead.
    pub fn kinds(mut self, kinds: InstrumentKinds) -> Self {
        self.kinds = kinds;
        self
    }

    /// Accepts this many instruments.
    pub fn instruments(mut self, count: std::ops::RangeInclusive<u32>) -> Self {
        (self.min_instruments, self.max_instruments) = count.into_inner();
        self
    }

    /// For reading only.
    pub fn read_only(mut self) -> Self {
        self.tradable = false;
        self
    }
}

/// Turn a condition on parameters into an invalid trial: `require(fast < slow, "fast must be smaller than slow")?`.
///
/// # Errors
/// [`InitError::InvalidParameters`] with the sentence, if the condition does not hold.
pub fn require(condition: bool, otherwise: &str) -> Result<(), InitError> {
    if condition {
        Ok(())
    } else {
        Err(InitError::InvalidParameters(otherwise.to_string()))
    }
}
