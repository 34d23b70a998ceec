//! What a strategy's runs have in common, found out before any is made.

use crate::backtest::{BacktestError, Source};
use crate::cli::CliError;
use crate::cli::optimize::manifest::Identity;
use crate::cli::plan::Prepared;
use crate::domain::{Manifest, ParameterValue, Timestamp};
use crate::execution::Profile;
use crate::optimize::{Method, Parameters, Sampler, Setup};
use crate::strategy::InitError;
use crate::strategy::parameters::{self, show};

/// Points tried to find one the strategy accepts.
const PROBES: u64 = 200;

/// Asks the strategy what its runs need before any is made.
pub(super) struct Probe<'a> {
    pub prepared: &'a Prepared,
    pub profile: &'a Profile,
    pub manifest: &'a Manifest,
    pub fixed: &'a Parameters,
    pub setup: &'a Setup,
}

impl Probe<'_> {
    /// What all runs have in common, and where their data begins: that of the defaults or of the longest warm-up among the ends of
    /// the axes. A trial that needs more reads the catalog.
    pub(super) fn look(
        &self,
        period: (Timestamp, Timestamp),
    ) -> Result<(Identity, Timestamp), CliError> {
        let mut found: Option<Identity> = None;
        let mut from = period.0;
        let mut refusal = None;
        let points = self.points()?;
        let tried = points.len();
        let sure = 1 + self.setup.space.axes().len();
        for (index, parameters) in points.into_iter().enumerate() {
            if index >= sure && found.is_some() {
                break;
            }
            let settings: Vec<String> = parameters
                .iter()
                .map(|(name, value)| format!("{name}={}", show(value)))
                .collect();
            let source = Source::Catalog(self.prepared.series());
            match self.prepared.trial(self.profile, period, &settings, source) {
                Ok(backtest) => {
                    from = from.min(backtest.data_from().unwrap_or(period.0));
                    if found.is_none() {
                        found = Some(Identity::of(backtest.planned()?, self.fixed, self.setup));
                    }
                }
                Err(BacktestError::Init(error @ InitError::InvalidParameters { .. })) => {
                    refusal = Some(error.to_string());
                }
                Err(error) => return Err(error.into()),
            }
        }
        let nobody = || {
            let why = refusal.unwrap_or_default();
            CliError::user(
                format!("none of {tried} combinations is accepted: {why}"),
                "narrow the ranges with --search so that they fit together",
            )
        };
        Ok((found.ok_or_else(nobody)?, from))
    }

    /// The defaults within the ranges, the same with one axis at its upper end, and some points by chance.
    fn points(&self) -> Result<Vec<Parameters>, CliError> {
        let defaults = parameters::complete(self.manifest, self.fixed)
            .map_err(|e| CliError::from(BacktestError::Parameter(e)))?;
        let with = |changed: &[(String, ParameterValue)]| -> Parameters {
            let value = |(name, value): &(String, ParameterValue)| {
                let new = changed.iter().find(|(other, _)| other == name);
                (name.clone(), new.map_or(value, |(_, new)| new).clone())
            };
            defaults.iter().map(value).collect()
        };
        let axes = self.setup.space.axes();
        // A default outside the range that is searched says nothing about the search.
        let outside = axes.iter().filter(|axis| {
            let default = defaults.iter().find(|(name, _)| *name == axis.name);
            default.is_none_or(|(_, value)| axis.range.unit(value).is_none())
        });
        let moved: Parameters = outside
            .map(|axis| (axis.name.clone(), axis.range.value(0.0)))
            .collect();
        let mut points = vec![with(&moved)];
        for axis in axes {
            let mut changed = vec![(axis.name.clone(), axis.range.value(1.0))];
            changed.extend(moved.iter().cloned());
            points.push(with(&changed));
        }
        let chance = Sampler::new(Method::Random, 0, &self.setup.space)?;
        let most = chance.limit().map_or(PROBES, |limit| limit.min(PROBES));
        for number in 0..most {
            let point = chance.ask(number, &[], &[]);
            points.push(with(&self.setup.space.values(&point)));
        }
        Ok(points)
    }
}
