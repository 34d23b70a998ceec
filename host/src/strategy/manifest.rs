//! Is what a strategy says of itself something a host, a user and an optimizer can work with.

use std::fmt::Display;

use crate::domain::{
    Choice, FloatRange, IntRange, Manifest, NAME_CHARS, Needs, Parameter, ParameterKind, Role,
    check_identity, check_name,
};

const TEXT_BYTES: usize = 16 << 10;
const PARAMETERS: usize = 256;
const ROLES: usize = 64;
const AUTHORS: usize = 64;
const OPTIONS: usize = 256;
const INSTRUMENTS: u32 = 10_000;
const SERIES: usize = 1_024;
const WARM_UP_ROWS: u32 = 1_000_000;
const LEVERAGE: f64 = 1_000.0;

/// Checks a manifest.
///
/// # Errors
/// The first thing that is wrong, in a sentence.
pub(super) fn check(manifest: &Manifest) -> Result<(), String> {
    check_identity(&manifest.name, &manifest.version)?;
    text("its description", &manifest.description)?;
    at_most("authors", manifest.authors.len(), AUTHORS)?;
    for author in &manifest.authors {
        text("an author", author)?;
    }
    at_most("parameters", manifest.parameters.len(), PARAMETERS)?;
    for (i, parameter) in manifest.parameters.iter().enumerate() {
        unique(
            "parameter",
            &parameter.name,
            manifest.parameters[..i].iter().map(|p| &p.name),
        )?;
        check_parameter(parameter)
            .map_err(|what| format!("parameter `{}`: {what}", parameter.name))?;
    }
    at_most("roles", manifest.roles.len(), ROLES)?;
    for (i, role) in manifest.roles.iter().enumerate() {
        unique(
            "role",
            &role.name,
            manifest.roles[..i].iter().map(|r| &r.name),
        )?;
        check_role(role).map_err(|what| format!("role `{}`: {what}", role.name))?;
    }
    if manifest.roles.is_empty() {
        return Err("it has no role, so there is nothing it could be run on".to_owned());
    }
    let leverage = manifest.abilities.max_leverage;
    if !(1.0..=LEVERAGE).contains(&leverage) {
        return Err(format!(
            "a leverage of {leverage} lies outside 1 to {LEVERAGE}"
        ));
    }
    Ok(())
}

fn text(what: &str, text: &str) -> Result<(), String> {
    at_most(&format!("bytes in {what}"), text.len(), TEXT_BYTES)
}

fn at_most(what: &str, count: usize, limit: usize) -> Result<(), String> {
    if count > limit {
        Err(format!("{count} {what}, the limit is {limit}"))
    } else {
        Ok(())
    }
}

fn unique<'a>(
    what: &str,
    new: &String,
    mut before: impl Iterator<Item = &'a String>,
) -> Result<(), String> {
    check_name(&format!("the name of a {what}"), new, true)?;
    if before.any(|name| name == new) {
        return Err(format!("two {what}s are called `{new}`"));
    }
    Ok(())
}

fn check_parameter(parameter: &Parameter) -> Result<(), String> {
    text("its description", &parameter.description)?;
    match &parameter.kind {
        ParameterKind::Int(range) => check_int(*range),
        ParameterKind::Float(range) => check_float(*range),
        ParameterKind::Choice(choice) => check_choice(choice),
        ParameterKind::Text(default) => text("its default", default),
        ParameterKind::Boolean(_) | ParameterKind::Timeframe(_) => Ok(()),
    }
}

fn range<T: PartialOrd + Display>(min: T, default: T, max: T) -> Result<(), String> {
    if min <= default && default <= max {
        Ok(())
    } else {
        Err(format!(
            "its default {default} does not lie between {min} and {max}"
        ))
    }
}

fn check_int(r: IntRange) -> Result<(), String> {
    if r.step < 1 {
        return Err(format!("a step of {}", r.step));
    }
    range(r.min, r.default, r.max)
}

fn check_float(r: FloatRange) -> Result<(), String> {
    if ![r.min, r.default, r.max, r.step]
        .iter()
        .all(|n| n.is_finite())
        || r.step < 0.0
    {
        return Err(format!(
            "numbers that are none: default {}, from {} to {}, step {}",
            r.default, r.min, r.max, r.step
        ));
    }
    if r.log_scale && r.min <= 0.0 {
        return Err(format!("a logarithmic scale from {}", r.min));
    }
    range(r.min, r.default, r.max)
}

fn check_choice(choice: &Choice) -> Result<(), String> {
    at_most("options", choice.options.len(), OPTIONS)?;
    if choice.default as usize >= choice.options.len() {
        return Err(format!(
            "its default is option {} of {}",
            choice.default,
            choice.options.len()
        ));
    }
    for (i, option) in choice.options.iter().enumerate() {
        if option.is_empty() || option.len() > NAME_CHARS || option.chars().any(char::is_control) {
            return Err(format!("option {i} is empty, too long or unprintable"));
        }
        if choice.options[..i].contains(option) {
            return Err(format!("`{option}` is offered twice"));
        }
    }
    Ok(())
}

fn check_role(role: &Role) -> Result<(), String> {
    text("its description", &role.description)?;
    if role.max_instruments == 0
        || role.min_instruments > role.max_instruments
        || role.max_instruments > INSTRUMENTS
    {
        return Err(format!(
            "{} to {} instruments",
            role.min_instruments, role.max_instruments
        ));
    }
    Ok(())
}

/// Checks what a strategy asks for against its manifest.
///
/// # Errors
/// The first thing that is wrong, in a sentence.
pub(super) fn check_needs(needs: &Needs, manifest: &Manifest) -> Result<(), String> {
    at_most("series", needs.series.len(), SERIES)?;
    at_most("streams", needs.streams.len(), SERIES)?;
    let series = needs.series.iter().map(|s| (&s.role, s.warm_up));
    let streams = needs.streams.iter().map(|s| (&s.role, s.warm_up));
    for (role, warm_up) in series.chain(streams) {
        if !manifest.roles.iter().any(|r| r.name == *role) {
            let shown: String = role
                .chars()
                .filter(|c| !c.is_control())
                .take(NAME_CHARS)
                .collect();
            return Err(format!("its manifest has no role `{shown}`"));
        }
        at_most("rows of warm-up", warm_up as usize, WARM_UP_ROWS as usize)?;
    }
    for stream in &needs.streams {
        check_name("the kind of a stream", &stream.kind, false)?;
    }
    let each = needs
        .series
        .iter()
        .any(|s| s.delivery == crate::domain::Delivery::Each);
    if !each && !needs.events.timers {
        return Err(
            "no series is delivered `each` and no timers are wanted: it would never be called"
                .to_owned(),
        );
    }
    Ok(())
}
