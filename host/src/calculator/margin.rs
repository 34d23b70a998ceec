//! Maintenance margins of tables, of a cross account, and of a position that is reduced tier by tier.
//! Source: `simulation.md` section 10 (F08, F15, F26 to F28, F49).

use crate::calculator::{CalcError, Exact, Held, positive, tiered};
use crate::domain::Tier;

/// The amounts that make a table continuous: `c_k = c_(k-1) + floor_k (r_k - r_(k-1))`.
///
/// # Errors
/// Lists of different lengths.
pub fn maintenance_amounts(floors: &[Exact], rates: &[Exact]) -> Result<Vec<Exact>, CalcError> {
    if floors.len() != rates.len() {
        return Err(CalcError::Table("a table needs one rate a floor"));
    }
    let mut amount = Exact::from(0);
    let mut amounts = Vec::new();
    for (index, (floor, rate)) in floors.iter().zip(rates).enumerate() {
        if index > 0 {
            amount = &amount + &(floor * &(rate - &rates[index - 1]));
        }
        amounts.push(amount.clone());
    }
    Ok(amounts)
}

/// The maintenance of a notional in a table of max leverages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TieredMaintenance {
    /// Rate of its tier: `1 / (2 x max leverage)`.
    pub rate: Exact,
    /// Amount of its tier.
    pub deduction: Exact,
    /// `notional x rate - deduction`.
    pub maintenance: Exact,
}

/// Hyperliquid's tiers: floor and max leverage of each, lowest first.
///
/// # Errors
/// An empty table, a max leverage that is not above zero, a notional below the first floor.
pub fn hyperliquid_maintenance(
    notional: &Exact,
    tiers: &[(Exact, Exact)],
) -> Result<TieredMaintenance, CalcError> {
    let mut rates = Vec::new();
    for (_, leverage) in tiers {
        let leverage = positive("max leverage", leverage.clone())?;
        rates.push(&Exact::from(1) / &(&Exact::from(2) * &leverage));
    }
    let floors: Vec<Exact> = tiers.iter().map(|(floor, _)| floor.clone()).collect();
    let amounts = maintenance_amounts(&floors, &rates)?;
    let index = floors.iter().rposition(|floor| floor <= notional);
    let index = index.ok_or(CalcError::Table("no tier holds at this notional"))?;
    Ok(TieredMaintenance {
        rate: rates[index].clone(),
        deduction: amounts[index].clone(),
        maintenance: &(notional * &rates[index]) - &amounts[index],
    })
}

/// One position of a cross account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CrossLeg {
    /// What is held.
    pub held: Held,
    /// Maintenance rate of its tier.
    pub rate: Exact,
    /// Maintenance amount of its tier.
    pub amount: Exact,
}

impl CrossLeg {
    fn maintenance(&self, mark: &Exact) -> Exact {
        &(&(&self.held.qty * mark) * &self.rate) - &self.amount
    }
}

/// A cross account at given marks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CrossMargin {
    /// Wallet and unrealized profits.
    pub equity: Exact,
    /// Sum of the maintenance margins.
    pub maintenance: Exact,
    /// Maintenance / equity; none of an equity of zero.
    pub ratio: Option<Exact>,
    /// `equity <= maintenance`.
    pub liquidated: bool,
}

/// Equity and maintenance of an account; one mark a position.
///
/// # Errors
/// Not one mark a position.
pub fn cross_margin(
    wallet: &Exact,
    legs: &[CrossLeg],
    marks: &[Exact],
) -> Result<CrossMargin, CalcError> {
    if legs.len() != marks.len() {
        return Err(CalcError::Table("an account needs one mark a position"));
    }
    let at = || legs.iter().zip(marks);
    let unrealized: Exact = at().map(|(leg, mark)| leg.held.unrealized(mark)).sum();
    let maintenance: Exact = at().map(|(leg, mark)| leg.maintenance(mark)).sum();
    let equity = wallet + &unrealized;
    let empty = equity == Exact::from(0);
    Ok(CrossMargin {
        ratio: (!empty).then(|| &maintenance / &equity),
        liquidated: equity <= maintenance,
        equity,
        maintenance,
    })
}

/// Where on a straight way the account is liquidated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CrossPoint {
    /// 0 = the start, 1 = the end.
    pub fraction: Exact,
    /// Equity there.
    pub equity: Exact,
    /// Marks there.
    pub marks: Vec<Exact>,
}

/// The first point at which equity meets maintenance while all marks move in a straight line, within one tier each; none if it
/// does not.
///
/// # Errors
/// Not one mark a position at both ends.
pub fn cross_liquidation_point(
    wallet: &Exact,
    legs: &[CrossLeg],
    from: &[Exact],
    to: &[Exact],
) -> Result<Option<CrossPoint>, CalcError> {
    let room = |marks: &[Exact]| {
        cross_margin(wallet, legs, marks).map(|account| &account.equity - &account.maintenance)
    };
    let (first, last) = (room(from)?, room(to)?);
    let fraction = if !first.is_positive() {
        Exact::from(0)
    } else if !last.is_positive() {
        &first / &(&first - &last)
    } else {
        return Ok(None);
    };
    let between = |(from, to): (&Exact, &Exact)| from + &(&fraction * &(to - from));
    let marks: Vec<Exact> = from.iter().zip(to).map(between).collect();
    let equity = cross_margin(wallet, legs, &marks)?.equity;
    Ok(Some(CrossPoint {
        fraction,
        equity,
        marks,
    }))
}

/// A position above the lowest tier at its liquidation price, reduced to the tier below.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepDown {
    /// Where it happens.
    pub liquidation_price: Exact,
    /// Notional there.
    pub notional: Exact,
    /// Tier there, 1 = the first.
    pub tier: usize,
    /// Margin and profit there.
    pub equity: Exact,
    /// Maintenance there, equal to the equity.
    pub maintenance: Exact,
    /// What fits into the tier below, floored to the step; nothing in the lowest tier.
    pub keep_qty: Exact,
    /// What is closed.
    pub close_qty: Exact,
    /// Maintenance of what is kept.
    pub maintenance_after: Exact,
    /// Does the equity cover that.
    pub saved: bool,
}

/// Bybit's first stage: closing at the liquidation price leaves the equity, while maintenance falls to that of the tier below. Fee
/// and slippage are left out.
///
/// **Source**: F28.
///
/// # Errors
/// A step that is not above zero; a position that no price above zero liquidates.
pub fn step_down(
    held: &Held,
    margin: &Exact,
    step: &Exact,
    tiers: &[Tier],
) -> Result<StepDown, CalcError> {
    let step = positive("step", step.clone())?;
    let (price, tier) = tiered(held, margin, tiers)?;
    let notional = &price * &held.qty;
    let of = |index: usize, notional: &Exact| {
        let rate = Exact::from(tiers[index].maintenance_rate);
        &(notional * &rate) - &Exact::from(tiers[index].maintenance_amount)
    };
    let nothing = Exact::from(0);
    let (keep_qty, maintenance_after) = if tier == 1 {
        (nothing.clone(), nothing)
    } else {
        let floor = Exact::from(tiers[tier - 1].floor);
        let keep = (&floor / &price).floor_to(&step);
        let after = of(tier - 2, &(&keep * &price));
        (keep, after)
    };
    let equity = margin + &held.unrealized(&price);
    Ok(StepDown {
        maintenance: of(tier - 1, &notional),
        close_qty: &held.qty - &keep_qty,
        saved: keep_qty.is_positive() && equity > maintenance_after,
        liquidation_price: price,
        notional,
        tier,
        equity,
        keep_qty,
        maintenance_after,
    })
}
