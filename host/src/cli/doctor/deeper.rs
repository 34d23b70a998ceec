//! The checks that need further runs: the same strategies on the same data, made once and kept.
//!
//! Rules: what is known already is not run again; every further run must have read the same candles with the same component.

use crate::analysis::doctor::{Deep, Ordering, Proof};
use crate::backtest::{Backtest, BacktestError, checks};
use crate::cli::CliError;
use crate::cli::again::Again;
use crate::cli::backtest::simulate;
use crate::cli::checks::{LOOK_AHEAD_CUTS, tell};
use crate::cli::doctor::Patient;
use crate::cli::keep::Finished;
use crate::cli::plan::{Beside, Prepared};
use crate::cli::progress::spinner;
use crate::config::Settings;
use crate::domain::{MINUTE_MS, Rate, Timestamp};
use crate::execution::Profile;

/// Makes the runs that are missing and judges anew.
///
/// # Errors
/// The run cannot be prepared, or its data or component are others now. A further run that cannot be made is told on stderr.
pub(super) fn look(
    patients: &mut [Patient],
    again: &Again,
    settings: &Settings,
) -> Result<(), CliError> {
    if patients.iter().all(|p| p.examination.deep.is_complete()) {
        return Ok(());
    }
    let profile = again.flags.rules()?;
    let data = again.market_data(settings);
    let mut round = Round {
        prepared: Prepared::load_on(&again.routes, &again.flags, settings, &data)?,
        patients,
    };
    round.orderings(&profile)?;
    round.figure("profile strict", &again.flags.rules_of("strict")?, |d| {
        &mut d.strict
    })?;
    round.figure("profile fair", &again.flags.rules_of("fair")?, |d| {
        &mut d.fair
    })?;
    round.figure("one candle later", &round.later(&profile), |d| {
        &mut d.delayed
    })?;
    round.proofs(&profile);
    // Last, because it changes what the instruments cost.
    round.prepared.change_fees(twice);
    round.figure("twice the cost", &doubled(&profile), |d| {
        &mut d.cost_doubled
    })?;
    for patient in round.patients {
        patient.examination.judge();
    }
    Ok(())
}

/// The rules at twice the cost. Rebates are no cost.
fn doubled(profile: &Profile) -> Profile {
    Profile {
        slippage: twice(profile.slippage),
        maker_fee: profile.maker_fee.map(twice),
        taker_fee: profile.taker_fee.map(twice),
        ..profile.clone()
    }
}

/// Twice a cost; a rebate stays what it is.
fn twice(rate: Rate) -> Rate {
    Rate(rate.0.saturating_add(rate.0.max(0)))
}

/// The strategies of a run, and what is run for them.
struct Round<'a> {
    prepared: Prepared,
    patients: &'a mut [Patient],
}

impl Round<'_> {
    /// Every order, change and withdrawal one base candle later at the exchange.
    fn later(&self, profile: &Profile) -> Profile {
        let minutes = self
            .patients
            .iter()
            .map(|p| p.examination.facts.base_minutes);
        let base_ms = minutes.max().unwrap_or(1).saturating_mul(MINUTE_MS);
        Profile {
            latency_ms: profile.latency_ms.saturating_add(base_ms),
            ..profile.clone()
        }
    }

    /// Fills in the net profit under other rules, unless it is known of every strategy.
    fn figure(
        &mut self,
        label: &str,
        rules: &Profile,
        slot: fn(&mut Deep) -> &mut Option<f64>,
    ) -> Result<(), CliError> {
        let is_known = |patient: &mut Patient| slot(&mut patient.examination.deep).is_some();
        if self.patients.iter_mut().all(is_known) {
            return Ok(());
        }
        if let Some(nets) = self.nets(label, rules)? {
            for (patient, net) in self.patients.iter_mut().zip(nets) {
                *slot(&mut patient.examination.deep) = Some(net);
            }
        }
        Ok(())
    }

    /// Both orderings of ambiguous candles; one of them may be the run itself.
    fn orderings(&mut self, profile: &Profile) -> Result<(), CliError> {
        if self
            .patients
            .iter()
            .all(|p| p.examination.deep.ordering.is_some())
        {
            return Ok(());
        }
        let mut ends = Vec::new();
        for (label, path) in [
            ("best ordering", "optimistic"),
            ("worst ordering", "pessimistic"),
        ] {
            let nets = if profile.path.name() == path {
                let own = self.patients.iter().map(|p| p.examination.facts.net_profit);
                Some(own.collect())
            } else {
                let mut ordered = profile.clone();
                let path = ordered.set("path", path);
                path.expect("a rule of the path");
                self.nets(label, &ordered)?
            };
            let Some(nets) = nets else { return Ok(()) };
            ends.push(nets);
        }
        let pairs = ends[0].iter().zip(&ends[1]);
        for (patient, (&best, &worst)) in self.patients.iter_mut().zip(pairs) {
            patient.examination.deep.ordering = Some(Ordering { best, worst });
        }
        Ok(())
    }

    /// Net profit of each strategy under other rules; `None` where such a run cannot be made, which is told.
    fn nets(&self, label: &str, rules: &Profile) -> Result<Option<Vec<f64>>, CliError> {
        let finished = match simulate(label, &self.prepared, rules, Beside::Nothing) {
            Ok(finished) => finished,
            Err(error) => {
                cannot(label, &error);
                return Ok(None);
            }
        };
        let net = |patient: &Patient| {
            let one = finished
                .iter()
                .find(|one| patient.is_called(&one.outcome.name));
            let one = one.ok_or_else(|| differs(patient, "it has no such strategy any more"))?;
            same_inputs(patient, one)?;
            let result = &one.outcome.result;
            Ok((result.last_account().equity - result.configuration.starting_balance).to_f64())
        };
        let nets: Result<Vec<f64>, CliError> = self.patients.iter().map(net).collect();
        nets.map(Some)
    }

    /// The two checks of the strategy itself.
    fn proofs(&mut self, profile: &Profile) {
        let names: Vec<String> = self.prepared.names().map(str::to_owned).collect();
        for patient in self.patients.iter_mut() {
            let Some(index) = names.iter().position(|name| patient.is_called(name)) else {
                continue;
            };
            if self.prepared.is_shared() {
                let id = patient.found.id();
                eprintln!(
                    "warning: {id}: warm-up and look-ahead are checked with an account of its own, and this one is shared"
                );
                continue;
            }
            let (from, to) = self.prepared.period;
            let make =
                |end: Option<Timestamp>| self.prepared.nth(index, profile, (from, end.or(to)));
            let deep = &mut patient.examination.deep;
            if deep.look_ahead.is_none() {
                deep.look_ahead = proved("lookahead-check", look_ahead(&make));
            }
            if deep.warm_up.is_none() {
                deep.warm_up = proved("warmup-check", warm_up(&make));
            }
        }
    }
}

/// Makes a backtest that ends at this moment, or where the run ended.
type Make<'a> = &'a dyn Fn(Option<Timestamp>) -> Result<Backtest, BacktestError>;

fn look_ahead(make: Make<'_>) -> Result<Proof, BacktestError> {
    let bar = spinner("look-ahead");
    let runs = LOOK_AHEAD_CUTS as usize + 1;
    let found = checks::look_ahead(
        &mut |end| make(end),
        LOOK_AHEAD_CUTS,
        &mut |run, progress| {
            tell(&bar, run, runs, progress.time);
        },
    );
    bar.finish_and_clear();
    let found = found?;
    let difference = found.cuts.iter().find_map(|cut| cut.difference.as_ref());
    Ok(Proof {
        happenings: found.happenings as u64,
        differs_at: difference.map(|d| d.time.rfc3339()),
    })
}

fn warm_up(make: Make<'_>) -> Result<Proof, BacktestError> {
    let bar = spinner("warm-up");
    let found = checks::warm_up(&mut || make(None), &mut |run, progress| {
        tell(&bar, run, 2, progress.time);
    });
    bar.finish_and_clear();
    let found = found?;
    Ok(Proof {
        happenings: found.happenings as u64,
        differs_at: found.difference.map(|d| d.time.rfc3339()),
    })
}

/// What a check found; one that cannot be made is told.
fn proved(label: &str, found: Result<Proof, BacktestError>) -> Option<Proof> {
    found.map_err(|error| cannot(label, &error.into())).ok()
}

fn cannot(label: &str, error: &CliError) {
    eprintln!("warning: the run `{label}` cannot be made: {error}");
}

/// A further run says something about the kept one only if it read the same.
fn same_inputs(patient: &Patient, one: &Finished) -> Result<(), CliError> {
    let facts = &patient.examination.facts;
    let configuration = &one.outcome.result.configuration;
    if configuration.component.sha256 != facts.component {
        return Err(differs(patient, "its component is another one now"));
    }
    if configuration.dataset.fingerprint != facts.dataset {
        return Err(differs(patient, "its candles are others now"));
    }
    Ok(())
}

fn differs(patient: &Patient, why: &str) -> CliError {
    CliError::user(
        format!(
            "{} cannot be looked at more deeply: {why}",
            patient.found.id()
        ),
        "run it anew with `host backtest`, then ask the doctor",
    )
}
