//! Whether the parts of a backtest fit: the strategy starts, its roles are filled, leverage and currency are possible.

use crate::backtest::{BacktestError, StrategySource};
use crate::domain::{
    Instrument, InstrumentKind, InstrumentKinds, Manifest, Needs, ParameterValue, Rate, Role, UNIT,
};
use crate::engine::{RoleBinding, Strategy};
use crate::runs::Component as ComponentFacts;
use crate::strategy::imports::CONTRACT;
use crate::strategy::parameters;

/// A strategy whose parameters were accepted.
pub(super) struct Started {
    pub instance: Box<dyn Strategy>,
    pub manifest: Manifest,
    pub needs: Needs,
    pub facts: ComponentFacts,
    pub parameters: Vec<(String, ParameterValue)>,
    pub keep_history: bool,
}

pub(super) fn start(source: StrategySource, settings: &[String]) -> Result<Started, BacktestError> {
    match source {
        StrategySource::Component(component) => {
            let manifest = component
                .manifest()
                .map_err(crate::strategy::InitError::from)?
                .clone();
            let parameters = parameters::parse(&manifest, settings)?;
            let (instance, needs) = component.instantiate(&parameters)?;
            let facts = ComponentFacts {
                name: manifest.name.clone(),
                version: manifest.version.clone(),
                sha256: component.sha256(),
                bytes: component.bytes(),
                language: Some(component.structure().languages.join(", "))
                    .filter(|l| !l.is_empty()),
                contract: CONTRACT.line(),
            };
            Ok(Started {
                instance: Box::new(instance),
                manifest,
                needs,
                facts,
                parameters,
                keep_history: component.imports_history(),
            })
        }
        StrategySource::Native {
            manifest,
            parameters,
            needs,
            instance,
        } => {
            if let Some(setting) = settings.first() {
                let text = format!("`{setting}` is set on a native strategy");
                return Err(BacktestError::setup(
                    text,
                    "give its parameters when it is loaded",
                ));
            }
            let facts = ComponentFacts {
                name: manifest.name.clone(),
                version: manifest.version.clone(),
                sha256: String::new(),
                bytes: 0,
                language: Some("native".to_owned()),
                contract: CONTRACT.line(),
            };
            Ok(Started {
                instance,
                manifest,
                needs,
                facts,
                parameters,
                keep_history: true,
            })
        }
    }
}

pub(super) fn check_leverage(
    leverage: Rate,
    instruments: &[Instrument],
) -> Result<(), BacktestError> {
    for instrument in instruments {
        let most = instrument.max_leverage();
        if leverage.0 < UNIT || leverage > most {
            let text = format!(
                "a leverage of {leverage} is not within 1 and {most}, what {} allows",
                instrument.symbol
            );
            return Err(BacktestError::setup(text, "choose another --leverage"));
        }
    }
    Ok(())
}

/// Instruments the user bound to roles by name: the role and its instruments.
pub(super) type Bound = Vec<(String, Vec<u32>)>;

/// Fills the roles. What was bound by name stays where it was put. Of the other instruments every other role first takes as
/// many as it needs, at least one, in order; what is left goes to the roles that have room, in order.
pub(super) fn bind_roles(
    manifest: &Manifest,
    instruments: &[Instrument],
    bound: &Bound,
) -> Result<Vec<RoleBinding>, BacktestError> {
    let mut roles: Vec<RoleBinding> = Vec::new();
    for role in &manifest.roles {
        let given = bound.iter().find(|(name, _)| *name == role.name);
        roles.push((
            role.name.clone(),
            given.map_or(Vec::new(), |(_, taken)| taken.clone()),
        ));
    }
    check_bound(manifest, bound)?;
    let is_bound = |role: &Role| bound.iter().any(|(name, _)| *name == role.name);
    let named = |i: &u32| bound.iter().any(|(_, taken)| taken.contains(i));
    let count = u32::try_from(instruments.len()).expect("few instruments");
    let mut left: Vec<u32> = (0..count).filter(|i| !named(i)).collect();
    let shares = [
        |role: &Role| role.min_instruments.max(1),
        |role: &Role| role.max_instruments,
    ];
    for share in shares {
        for (role, (_, taken)) in manifest.roles.iter().zip(&mut roles) {
            if !is_bound(role) {
                let wanted = (share(role) as usize).saturating_sub(taken.len());
                taken.extend(left.drain(..left.len().min(wanted)));
            }
        }
    }
    if let Some(index) = left.first() {
        return Err(no_room(manifest, instruments, *index));
    }
    for (role, (_, taken)) in manifest.roles.iter().zip(&roles) {
        check_role(manifest, role, taken, instruments)?;
    }
    Ok(roles)
}

/// A role the strategy does not have, or one that is named twice.
fn check_bound(manifest: &Manifest, bound: &Bound) -> Result<(), BacktestError> {
    for (position, (name, _)) in bound.iter().enumerate() {
        if !manifest.roles.iter().any(|role| role.name == *name) {
            let known: Vec<&str> = manifest.roles.iter().map(|r| r.name.as_str()).collect();
            let text = format!("{} has no role `{name}`", manifest.name);
            return Err(BacktestError::setup(
                text,
                format!("its roles are {}", known.join(", ")),
            ));
        }
        if bound[..position].iter().any(|(before, _)| before == name) {
            return Err(BacktestError::setup(
                format!("the role `{name}` is bound twice"),
                "name all its symbols at once: --role NAME=SYMBOL,SYMBOL",
            ));
        }
    }
    Ok(())
}

/// More instruments than the roles take.
fn no_room(manifest: &Manifest, instruments: &[Instrument], index: u32) -> BacktestError {
    let most: u32 = manifest.roles.iter().map(|r| r.max_instruments).sum();
    let text = format!(
        "{} trades at most {most} of the {} symbols at a time: no role is left for {}",
        manifest.name,
        instruments.len(),
        instruments[index as usize].symbol
    );
    BacktestError::setup(
        text,
        "run one instance a symbol with --each, or write a run file with one route a symbol",
    )
}

fn check_role(
    manifest: &Manifest,
    role: &Role,
    taken: &[u32],
    instruments: &[Instrument],
) -> Result<(), BacktestError> {
    let count = u32::try_from(taken.len()).expect("few instruments");
    if count < role.min_instruments || count > role.max_instruments {
        let wanted = if role.min_instruments == role.max_instruments {
            role.min_instruments.to_string()
        } else {
            format!("{} to {}", role.min_instruments, role.max_instruments)
        };
        let text = format!(
            "the role `{}` of {} takes {wanted} instruments, {count} are there for it",
            role.name, manifest.name
        );
        return Err(BacktestError::setup(
            text,
            format!("name them with --symbols A,B or --role {}=A,B", role.name),
        ));
    }
    for instrument in taken {
        check_kind(manifest, role, &instruments[*instrument as usize])?;
    }
    Ok(())
}

/// An account holds one currency.
pub(super) fn check_currency(instruments: &[Instrument]) -> Result<(), BacktestError> {
    let Some(first) = instruments.first() else {
        return Ok(());
    };
    match instruments.iter().find(|i| i.settle != first.settle) {
        None => Ok(()),
        Some(other) => Err(BacktestError::setup(
            format!(
                "{} settles in {}, {} in {}: one account holds one currency",
                first.symbol, first.settle, other.symbol, other.settle
            ),
            "give each currency a strategy of its own",
        )),
    }
}

fn check_kind(
    manifest: &Manifest,
    role: &Role,
    instrument: &Instrument,
) -> Result<(), BacktestError> {
    let InstrumentKinds {
        spot,
        linear_perpetual,
        ..
    } = role.kinds;
    let fits = match instrument.kind {
        InstrumentKind::Spot => spot,
        InstrumentKind::LinearPerpetual => linear_perpetual,
    };
    if fits {
        return Ok(());
    }
    let text = format!(
        "{} does not trade {} in its role `{}`",
        manifest.name, instrument.symbol, role.name
    );
    let hint = match instrument.kind {
        InstrumentKind::Spot => "trade the pair as a perpetual: --as perp",
        InstrumentKind::LinearPerpetual => "choose a spot symbol, such as BTC/USDT",
    };
    Err(BacktestError::setup(text, hint))
}
