//! Orders: what a strategy asks for, what it is told, where an order stands. Source: `simulation.md` sections 3 and 4.
//!
//! Requests carry floats because the contract does; they are put on the instrument's grid once, when they enter the account.

use super::{Direction, Price, Qty, Timestamp};

/// Side of an order or a fill.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Side {
    Buy,
    Sell,
}

impl Side {
    /// +1 for a buy, -1 for a sell.
    #[inline]
    #[must_use]
    pub fn sign(self) -> i64 {
        match self {
            Self::Buy => 1,
            Self::Sell => -1,
        }
    }

    /// The other one.
    #[must_use]
    pub fn opposite(self) -> Self {
        match self {
            Self::Buy => Self::Sell,
            Self::Sell => Self::Buy,
        }
    }

    /// Direction of the position a fill on this side opens.
    #[must_use]
    pub fn direction(self) -> Direction {
        match self {
            Self::Buy => Direction::Long,
            Self::Sell => Direction::Short,
        }
    }

    /// `buy` or `sell`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Buy => "buy",
            Self::Sell => "sell",
        }
    }
}

/// Did a fill take liquidity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Liquidity {
    Maker,
    Taker,
    Liquidation,
}

impl Liquidity {
    /// `maker` or `taker`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Maker => "maker",
            Self::Taker => "taker",
            Self::Liquidation => "liquidation",
        }
    }
}

/// Which price a trigger watches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum TriggerBy {
    Last,
    Mark,
    Index,
}

impl TriggerBy {
    /// Name as in `simulation.md` section 0.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Last => "last",
            Self::Mark => "mark",
            Self::Index => "index",
        }
    }
}

/// What an order waits for and what it becomes; prices in quote units, not yet on the grid.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum OrderKind {
    /// Fills at the next price.
    Market,
    /// Fills at this price or better.
    Limit(f64),
    /// Market order when the price moves against the position to this trigger.
    Stop(f64),
    /// Limit order at that moment.
    StopLimit {
        /// Trigger.
        trigger: f64,
        /// Price of the limit order.
        limit: f64,
    },
    /// Market order when the price moves in favor to this trigger.
    TakeProfit(f64),
    /// Limit order at that moment.
    TakeProfitLimit {
        /// Trigger.
        trigger: f64,
        /// Price of the limit order.
        limit: f64,
    },
    /// Market order when the price falls back from its best.
    Trailing {
        /// Distance as a fraction of the best price.
        callback: f64,
        /// Starts to follow once this price is reached.
        activation: Option<f64>,
    },
}

impl OrderKind {
    /// Name as in `simulation.md` section 3.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Market => "market",
            Self::Limit(_) => "limit",
            Self::Stop(_) => "stop",
            Self::StopLimit { .. } => "stop_limit",
            Self::TakeProfit(_) => "take_profit",
            Self::TakeProfitLimit { .. } => "take_profit_limit",
            Self::Trailing { .. } => "trailing",
        }
    }
}

/// How long an order lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimeInForce {
    /// Until canceled.
    Gtc,
    /// What fills at once; the rest is canceled.
    Ioc,
    /// All at once or nothing.
    Fok,
    /// Until this time.
    Gtd(Timestamp),
}

/// Which position an order's fills belong to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// The instrument's netted position.
    Net,
    /// A position of its own.
    Separate,
    /// Hedge mode: the long or the short position of the instrument.
    Side(Direction),
    /// One particular open position.
    Position(u32),
}

/// One exit of a position.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Exit {
    /// Market order at this trigger.
    At(f64),
    /// Limit order at this trigger.
    AtLimit {
        /// Trigger.
        trigger: f64,
        /// Price of the limit order.
        limit: f64,
    },
    /// Trailing stop.
    Trail {
        /// Distance as a fraction of the best price.
        callback: f64,
        /// Starts to follow once this price is reached.
        activation: Option<f64>,
    },
}

/// Exits that live and die with their position.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Exits {
    /// Against the position.
    pub stop: Option<Exit>,
    /// In favor of it.
    pub take_profit: Option<Exit>,
    /// What both watch; absent = the venue's default.
    pub trigger_by: Option<TriggerBy>,
}

/// A new order as it is asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct OrderRequest {
    /// Index of the instrument in the run.
    pub instrument: u32,
    /// Buy or sell.
    pub side: Side,
    /// Base units, > 0.
    pub qty: f64,
    /// What it waits for.
    pub kind: OrderKind,
    /// How long it lives.
    pub time_in_force: TimeInForce,
    /// Which position its fills belong to.
    pub target: Target,
    /// Only ever reduces.
    pub reduce_only: bool,
    /// Turned down rather than taking.
    pub post_only: bool,
    /// What a trigger watches; absent = the venue's default.
    pub trigger_by: Option<TriggerBy>,
    /// Orders of one position with the same number cancel each other.
    pub oco_group: Option<u32>,
    /// Child of that order.
    pub parent: Option<u32>,
    /// Exits of the position that this order opens or increases.
    pub exits: Exits,
    /// The strategy's own number.
    pub tag: u32,
}

impl OrderRequest {
    /// A market order for the netted position, without any option.
    #[must_use]
    pub fn market(instrument: u32, side: Side, qty: f64) -> Self {
        Self {
            instrument,
            side,
            qty,
            kind: OrderKind::Market,
            time_in_force: TimeInForce::Gtc,
            target: Target::Net,
            reduce_only: false,
            post_only: false,
            trigger_by: None,
            oco_group: None,
            parent: None,
            exits: Exits::default(),
            tag: 0,
        }
    }
}

/// Ids of an accepted order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Placed {
    /// The order.
    pub order: u32,
    /// The position its fills will belong to.
    pub position: u32,
}

/// New values for a working order; absent = unchanged.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Amendment {
    /// New total quantity, base units, filled part included.
    pub qty: Option<f64>,
    /// New limit price.
    pub limit: Option<f64>,
    /// New trigger.
    pub trigger: Option<f64>,
}

/// Where an order stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum OrderStatus {
    /// The child of a parent without a fill (live: sent, not yet acknowledged).
    Pending,
    /// Working at the venue.
    Working,
    /// Working, partly filled.
    PartiallyFilled,
    /// Done, all filled.
    Filled,
    /// Done, withdrawn or ended by a rule.
    Canceled,
    /// Done, turned down after acceptance.
    Rejected,
    /// Done, its time was over.
    Expired,
}

impl OrderStatus {
    /// Is there nothing more to come.
    #[must_use]
    pub fn is_done(self) -> bool {
        matches!(
            self,
            Self::Filled | Self::Canceled | Self::Rejected | Self::Expired
        )
    }

    /// Lower-case name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Working => "working",
            Self::PartiallyFilled => "partially_filled",
            Self::Filled => "filled",
            Self::Canceled => "canceled",
            Self::Rejected => "rejected",
            Self::Expired => "expired",
        }
    }
}

macro_rules! named_reasons {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $text:literal,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $($(#[$variant_doc])* $variant,)*
        }

        impl $name {
            /// Name as in `simulation.md` sections 3 and 4.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $text,)*
                }
            }
        }
    };
}

named_reasons!(
    /// Why an order ended other than by being filled.
    EndReason {
        /// It has not ended, or it is filled.
        None = "none",
        /// Withdrawn by the strategy.
        User = "user",
        /// Amended down to what was already filled.
        Amended = "amended",
        /// A sibling of its group filled.
        Oco = "oco",
        /// Its time was over.
        GtdExpired = "gtd_expired",
        /// Rest of an immediate-or-cancel order.
        IocRemainder = "ioc_remainder",
        /// A fill-or-kill order that could not fill at once.
        Fok = "fok",
        /// Nothing was left to reduce.
        ReduceOnlyRemainder = "reduce_only_remainder",
        /// The position it belonged to closed.
        PositionClosed = "position_closed",
        /// A child of its bracket closed the position.
        BracketClosed = "bracket_closed",
        /// Its parent was refused or withdrawn.
        Parent = "parent",
        /// Post-only, and it would have taken.
        PostOnly = "post_only",
        /// The margin did not suffice at the fill.
        InsufficientMarginAtFill = "insufficient_margin_at_fill",
        /// The position was liquidated.
        Liquidation = "liquidation",
        /// The account has no equity left.
        AccountClosed = "account_closed",
        /// The instrument is no longer traded.
        Delisted = "delisted",
        /// The data ended and the run closes what is open.
        EndOfData = "end_of_data",
        /// The host's risk rules, or the user.
        Risk = "risk",
        /// The venue turned it down.
        Venue = "venue",
    }
);

named_reasons!(
    /// Why a request was refused. The order is not the order of the checks: see `engine::risk`.
    RefusalReason {
        /// A number is NaN, infinite, negative where it must not be, or out of range.
        InvalidNumber = "invalid_number",
        /// No such instrument, order, position, series or stream.
        UnknownId = "unknown_id",
        /// No position with this id is open.
        NoPosition = "no_position",
        /// The fields contradict each other.
        InvalidRequest = "invalid_request",
        /// Not listed yet.
        NotListed = "not_listed",
        /// Delisted, or past its expiry.
        Delisted = "delisted",
        /// Bound for reading only.
        NotTradable = "not_tradable",
        /// The manifest did not declare this.
        NotDeclared = "not_declared",
        /// The engine, the venue or the instrument kind cannot do this.
        NotSupported = "not_supported",
        /// The strategy is still warming up.
        WarmingUp = "warming_up",
        /// Under the minimum after flooring to the step.
        MinQty = "min_qty",
        /// Above the maximum.
        MaxQty = "max_qty",
        /// Price x quantity under the minimum.
        MinNotional = "min_notional",
        /// Price outside the allowed band around the mark.
        PriceBand = "price_band",
        /// Reduce-only with nothing to reduce.
        ReduceOnly = "reduce_only",
        /// A stop or take-profit already at or past its trigger.
        WouldTriggerImmediately = "would_trigger_immediately",
        /// Notional above the bracket of the chosen leverage.
        LeverageBracket = "leverage_bracket",
        /// Not enough free margin.
        InsufficientMargin = "insufficient_margin",
        /// Margin taken back below the initial margin.
        BelowInitialMargin = "below_initial_margin",
        /// The order is done, or of a kind that cannot be changed.
        NotOpen = "not_open",
        /// Too many orders.
        TooMany = "too_many",
        /// A limit the user set for this strategy.
        RiskLimit = "risk_limit",
        /// A circuit breaker is open.
        CircuitOpen = "circuit_open",
        /// The strategy was stopped.
        Stopped = "stopped",
        /// No equity left.
        AccountClosed = "account_closed",
        /// Trading is halted.
        Halted = "halted",
        /// The parent was refused or is done.
        Parent = "parent",
    }
);

/// The answer to a request that was not accepted.
#[derive(Debug, Clone, PartialEq)]
pub struct Refusal {
    /// To branch on.
    pub reason: RefusalReason,
    /// The bound that was crossed, where there is one.
    pub limit: Option<f64>,
    /// One English sentence with the numbers.
    pub message: String,
}

/// An order as a strategy, a report or a test sees it.
#[derive(Debug, Clone, PartialEq)]
pub struct OrderView {
    /// Its id.
    pub id: u32,
    /// Its position.
    pub position: u32,
    /// Index of the instrument in the run.
    pub instrument: u32,
    /// Buy or sell.
    pub side: Side,
    /// What it waits for, on the grid.
    pub kind: OrderKind,
    /// Where it stands.
    pub status: OrderStatus,
    /// Why it ended.
    pub reason: EndReason,
    /// Quantity.
    pub qty: Qty,
    /// Filled so far.
    pub filled_qty: Qty,
    /// Average price of the fills, if any.
    pub avg_price: Option<Price>,
    /// Only reduces.
    pub reduce_only: bool,
    /// Turned down rather than taking.
    pub post_only: bool,
    /// Its group.
    pub oco_group: Option<u32>,
    /// The order it is a child of.
    pub parent: Option<u32>,
    /// The strategy's own number.
    pub tag: u32,
    /// When it was accepted.
    pub created_at: Timestamp,
}
