//! `host inspect FILE`: what a strategy is, wants and may do, before it is run on anything.

use std::fmt::Write as _;
use std::path::Path;

use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

use crate::analysis::format::tame;
use crate::backtest::BacktestError;
use crate::cli::output::print;
use crate::cli::{CHECK_FAILED, CliError, locate, market};
use crate::config::{self, Settings};
use crate::domain::{
    Abilities, Columns, Delivery, EventKinds, InstrumentKinds, Manifest, Needs, OnFault,
    OrderKinds, ParameterKind, Role,
};
use crate::runs::json::pretty;
use crate::runs::manifest::hex;
use crate::strategy::imports::{CONTRACT, Verdict};
use crate::strategy::structure::{self, Structure};
use crate::strategy::{InitError, Limits, Runtime, parameters};

/// Show what a strategy is, wants and may do.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    host inspect ma-crossover\n  \
    host inspect from-a-stranger.wasm --json\n  \
    host inspect mtf-trend -p fast=5        what it needs with this parameter\n\n\
    Nothing of the strategy runs but its description (`manifest`) and its statement of needs (`init`), in the sandbox.\n\
    Exit code: 0 this host can run it, 4 it cannot and the output says why.")]
pub(super) struct Args {
    /// A .wasm file, a folder of sources, or the name of a strategy in the drop-in folder.
    strategy: String,
    /// A parameter of the strategy; may be repeated. The needs are those of these parameters.
    #[arg(long = "param", short = 'p', value_name = "NAME=VALUE")]
    params: Vec<String>,
    /// Print one JSON document.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &Args, settings: &Settings) -> Result<u8, CliError> {
    let path = locate::component(&args.strategy, settings)?;
    let found = Found::read(&path, &args.params, settings)?;
    let text = if args.json {
        pretty(&found.document())
    } else {
        found.text()
    };
    print(&text)?;
    Ok(if found.problem.is_none() {
        0
    } else {
        CHECK_FAILED
    })
}

/// Why a strategy cannot run, and what to do about it.
struct Problem {
    message: String,
    hint: Option<String>,
}

/// As much as could be found out: a file that is refused early has no manifest, one that fails later no needs.
struct Found {
    file: String,
    sha256: Option<String>,
    bytes: u64,
    structure: Option<Structure>,
    manifest: Option<Manifest>,
    /// For these values, as text.
    values: Vec<(String, String)>,
    needs: Option<Needs>,
    limits: Limits,
    problem: Option<Problem>,
}

impl Found {
    /// Looks as far as it gets. A parameter that does not fit is the user's mistake, not the strategy's.
    fn read(path: &Path, params: &[String], settings: &Settings) -> Result<Self, CliError> {
        let limits = Limits::default();
        let cache = market::compile_cache(&settings.path(&config::CACHE_PATH));
        let runtime = Runtime::new(limits.clone(), Some(&cache))?;
        let unreadable = |e| CliError::world(e).context(format!("reading {}", path.display()));
        let mut found = Self {
            file: path.display().to_string(),
            sha256: None,
            bytes: std::fs::metadata(path).map_err(unreadable)?.len(),
            structure: None,
            manifest: None,
            values: Vec::new(),
            needs: None,
            limits,
            problem: None,
        };
        let component = match runtime.load(path) {
            Ok(component) => component,
            Err(error) => {
                found.look(path);
                found.problem = Some(problem_of(&error.into()));
                return Ok(found);
            }
        };
        found.sha256 = Some(component.sha256());
        found.structure = Some(component.structure().clone());
        let manifest = match component.manifest() {
            Ok(manifest) => manifest,
            Err(error) => {
                found.problem = Some(problem_of(&error.into()));
                return Ok(found);
            }
        };
        found.manifest = Some(manifest.clone());
        let values = parameters::parse(manifest, params).map_err(|source| {
            let name = format!("{} {}", manifest.name, manifest.version);
            BacktestError::from(InitError::Parameter { name, source })
        })?;
        let shown = |(name, value): &(String, _)| (name.clone(), parameters::show(value));
        found.values = values.iter().map(shown).collect();
        match component.instantiate(&values) {
            Ok((_, needs)) => found.needs = Some(needs),
            Err(error) => found.problem = Some(problem_of(&error)),
        }
        Ok(found)
    }

    /// What can be read of a file that is refused.
    fn look(&mut self, path: &Path) {
        if self.bytes > self.limits.component_bytes {
            return;
        }
        let Ok(bytes) = std::fs::read(path) else {
            return;
        };
        self.sha256 = Some(hex(&Sha256::digest(&bytes)));
        self.structure = structure::read(&bytes, &self.limits).ok();
    }

    fn document(&self) -> Value {
        let manifest = self.manifest.as_ref();
        let imports: Option<Vec<Value>> = self.structure.as_ref().map(|s| {
            let imports = s.imports.iter();
            imports
                .map(|i| json!({ "name": i.name, "allowed": i.verdict.is_allowed() }))
                .collect()
        });
        let limits: Map<String, Value> = self
            .limits
            .entries()
            .into_iter()
            .map(|(name, value)| (name.to_owned(), json!(value)))
            .collect();
        json!({
            "schema": "inspect/1",
            "file": self.file,
            "name": manifest.map(|m| &m.name),
            "version": manifest.map(|m| &m.version),
            "description": manifest.map(|m| &m.description),
            "authors": manifest.map(|m| &m.authors),
            "sha256": self.sha256,
            "bytes": self.bytes,
            "language": self.structure.as_ref().map(|s| s.languages.join(", ")),
            "license": self.structure.as_ref().and_then(|s| s.license.as_deref()),
            "source_sha256": self.structure.as_ref().and_then(|s| s.source_sha256.as_deref()),
            "contract": self.structure.as_ref().and_then(contract),
            "parameters": manifest.map(|m| m.parameters.iter().map(parameter).collect::<Vec<_>>()),
            "roles": manifest.map(|m| m.roles.iter().map(role).collect::<Vec<_>>()),
            "abilities": manifest.map(|m| abilities(&m.abilities)),
            "on_fault": manifest.map(|m| m.on_fault.name()),
            "values": self.values.iter().cloned().collect::<std::collections::BTreeMap<_, _>>(),
            "needs_with_defaults": self.needs.as_ref().map(needs),
            "imports": imports,
            "limits": limits,
            "signature": null,
            "problem": self.problem.as_ref().map(|p| json!({ "message": p.message, "hint": p.hint })),
            "ok": self.problem.is_none(),
        })
    }

    fn text(&self) -> String {
        let mut page = Page::default();
        match &self.manifest {
            Some(manifest) => {
                page.line(&format!("{} {}", manifest.name, manifest.version));
                page.line(&manifest.description);
                page.row("by", &manifest.authors.join(", "));
            }
            None => page.line(&self.file),
        }
        page.row("file", &format!("{}, {} bytes", self.file, self.bytes));
        page.row("sha256", self.sha256.as_deref().unwrap_or_default());
        if let Some(structure) = &self.structure {
            page.row("made with", &structure.languages.join(", "));
            page.row(
                "license",
                structure.license.as_deref().unwrap_or("none is named"),
            );
            if let Some(digest) = &structure.source_sha256 {
                page.row("sources", &format!("sha256 {digest}, as it says itself"));
            }
            page.row("signature", "not signed");
            let served = format!("{CONTRACT} is served here");
            let contract = contract(structure).map_or_else(
                || format!("none ({served})"),
                |version| format!("{version} ({served})"),
            );
            page.row("contract", &contract);
        }
        if let Some(manifest) = &self.manifest {
            self.describe(manifest, &mut page);
        }
        if let Some(needs) = &self.needs {
            describe_needs(needs, &self.values, &mut page);
        }
        if let Some(structure) = &self.structure {
            describe_imports(structure, &mut page);
        }
        page.head("limits that apply");
        for (name, value) in self.limits.entries() {
            page.row(&name.replace('_', " "), &value.to_string());
        }
        page.head(match self.problem {
            None => "this host can run it",
            Some(_) if self.values.is_empty() => "this host cannot run it",
            Some(_) => "it does not start with these parameters",
        });
        if let Some(problem) = &self.problem {
            page.line(&format!("  {}", problem.message));
            if let Some(hint) = &problem.hint {
                page.line(&format!("  hint: {hint}"));
            }
        }
        page.text
    }

    fn describe(&self, manifest: &Manifest, page: &mut Page) {
        page.head("parameters");
        for parameter in &manifest.parameters {
            let now = self.values.iter().find(|(name, _)| *name == parameter.name);
            let now = now.map_or("", |(_, value)| value.as_str());
            let range = range(&parameter.kind);
            let fixed = if parameter.searchable {
                ""
            } else {
                " (not searched)"
            };
            let what = format!("{now}  {range}{fixed}  {}", parameter.description);
            page.row(&parameter.name, what.trim());
        }
        page.head("instruments");
        for role in &manifest.roles {
            let count = match (role.min_instruments, role.max_instruments) {
                (min, max) if min == max => min.to_string(),
                (min, max) => format!("{min} to {max}"),
            };
            let trades = if role.tradable {
                "trades it"
            } else {
                "only watches it"
            };
            let kinds = names(&instrument_kinds(role.kinds)).join(", ");
            let what = format!("{count} of {kinds}; {trades}  {}", role.description);
            page.row(&role.name, what.trim());
        }
        let able = &manifest.abilities;
        page.head("the most it will ever do");
        page.row("orders", &names(&order_kinds(able.order_kinds)).join(", "));
        page.row("sell short", if able.shorts { "yes" } else { "no" });
        page.row("leverage", &format!("up to {}", able.max_leverage));
        page.row("positions", &format!("up to {}", able.max_positions));
        page.row("open orders", &format!("up to {}", able.max_open_orders));
        let fault = match manifest.on_fault {
            OnFault::Flatten => "its orders are canceled, its positions closed",
            OnFault::Cancel => "its orders that open or increase are canceled",
            OnFault::Hold => "nothing is touched",
        };
        page.row("on a fault", fault);
    }
}

fn problem_of(error: &InitError) -> Problem {
    Problem {
        message: error.to_string(),
        hint: error.hint(),
    }
}

/// Lines of text that a stranger's words cannot break.
#[derive(Default)]
struct Page {
    text: String,
}

impl Page {
    fn line(&mut self, text: &str) {
        let clean = tame(text);
        if !clean.trim().is_empty() {
            self.text.push_str(clean.trim_end());
            self.text.push('\n');
        }
    }

    fn head(&mut self, text: &str) {
        self.text.push('\n');
        self.line(text);
    }

    fn row(&mut self, name: &str, what: &str) {
        if !what.is_empty() {
            self.line(&format!("  {name:<16} {what}"));
        }
    }
}

/// Version of the contract it was built for.
fn contract(structure: &Structure) -> Option<String> {
    let exported = structure
        .exports
        .iter()
        .find_map(|e| e.strip_prefix("trading:strategy/guest@"));
    exported.map(str::to_owned)
}

fn describe_needs(needs: &Needs, values: &[(String, String)], page: &mut Page) {
    let values: Vec<String> = values.iter().map(|(n, v)| format!("{n}={v}")).collect();
    let head = match values.as_slice() {
        [] => "it needs".to_owned(),
        values => format!("with {} it needs", values.join(", ")),
    };
    page.head(&head);
    for (index, series) in needs.series.iter().enumerate() {
        let primary = if index == 0 { ", primary" } else { "" };
        let what = format!(
            "{} candles{primary}, {} before the first decision, {}",
            series.timeframe.name(),
            series.warm_up,
            delivery(series.delivery),
        );
        page.row(&series.role, &what);
    }
    for stream in &needs.streams {
        let optional = if stream.optional { ", optional" } else { "" };
        let what = format!(
            "stream {}{optional}, {} rows before the first decision, {}",
            stream.kind,
            stream.warm_up,
            delivery(stream.delivery),
        );
        page.row(&stream.role, &what);
    }
    page.row("is told of", &names(&event_kinds(needs.events)).join(", "));
}

fn describe_imports(structure: &Structure, page: &mut Page) {
    page.head("imports");
    for import in &structure.imports {
        let verdict = match import.verdict {
            Verdict::Contract => "the contract".to_owned(),
            Verdict::Wasi => "served virtually: no files, no network, no clock".to_owned(),
            Verdict::OtherContract(version) => {
                format!("NOT SERVED: another contract, {}", version.line())
            }
            Verdict::Foreign => "NOT ALLOWED".to_owned(),
        };
        page.line(&format!("  {:<40} {verdict}", import.name));
    }
}

fn range(kind: &ParameterKind) -> String {
    match kind {
        ParameterKind::Int(r) => format!("{} to {} by {}", r.min, r.max, r.step),
        ParameterKind::Float(r) => {
            let mut text = format!("{} to {}", r.min, r.max);
            if r.step > 0.0 {
                let _ = write!(text, " by {}", r.step);
            }
            text + if r.log_scale { ", logarithmic" } else { "" }
        }
        ParameterKind::Boolean(_) => "true or false".to_owned(),
        ParameterKind::Choice(choice) => format!("one of {}", choice.options.join(", ")),
        ParameterKind::Text(_) => "text".to_owned(),
        ParameterKind::Timeframe(_) => "a timeframe".to_owned(),
    }
}

fn parameter(parameter: &crate::domain::Parameter) -> Value {
    let mut entry = json!({
        "name": parameter.name,
        "description": parameter.description,
        "searchable": parameter.searchable,
        "default": parameters::show(&parameters::default_value(&parameter.kind)),
    });
    let more = match &parameter.kind {
        ParameterKind::Int(r) => {
            json!({ "type": "int", "default": r.default, "min": r.min, "max": r.max, "step": r.step })
        }
        ParameterKind::Float(r) => json!({
            "type": "float", "default": r.default, "min": r.min, "max": r.max, "step": r.step, "log_scale": r.log_scale,
        }),
        ParameterKind::Boolean(default) => json!({ "type": "boolean", "default": default }),
        ParameterKind::Choice(choice) => json!({ "type": "choice", "options": choice.options }),
        ParameterKind::Text(_) => json!({ "type": "text" }),
        ParameterKind::Timeframe(_) => json!({ "type": "timeframe" }),
    };
    if let (Value::Object(entry), Value::Object(more)) = (&mut entry, more) {
        entry.extend(more);
    }
    entry
}

fn role(role: &Role) -> Value {
    json!({
        "name": role.name,
        "description": role.description,
        "kinds": names(&instrument_kinds(role.kinds)),
        "tradable": role.tradable,
        "min_instruments": role.min_instruments,
        "max_instruments": role.max_instruments,
    })
}

fn abilities(abilities: &Abilities) -> Value {
    json!({
        "order_kinds": names(&order_kinds(abilities.order_kinds)),
        "max_leverage": abilities.max_leverage,
        "shorts": abilities.shorts,
        "max_positions": abilities.max_positions,
        "max_open_orders": abilities.max_open_orders,
    })
}

fn needs(needs: &Needs) -> Value {
    let series = needs.series.iter().map(|s| {
        json!({
            "role": s.role,
            "timeframe": s.timeframe.name(),
            "warm_up": s.warm_up,
            "delivery": delivery(s.delivery),
            "columns": names(&columns(s.columns)),
        })
    });
    let streams = needs.streams.iter().map(|s| {
        json!({
            "role": s.role,
            "kind": s.kind,
            "detail": s.detail,
            "warm_up": s.warm_up,
            "delivery": delivery(s.delivery),
            "optional": s.optional,
        })
    });
    json!({
        "series": series.collect::<Vec<_>>(),
        "streams": streams.collect::<Vec<_>>(),
        "events": names(&event_kinds(needs.events)),
    })
}

fn delivery(delivery: Delivery) -> &'static str {
    match delivery {
        Delivery::Each => "one by one",
        Delivery::WithPrimary => "in bulk with the primary series",
    }
}

type Flag = (&'static str, bool);

/// Those that are set.
fn names(flags: &[Flag]) -> Vec<&'static str> {
    let set = flags.iter().filter(|(_, is_set)| *is_set);
    set.map(|(name, _)| *name).collect()
}

fn instrument_kinds(kinds: InstrumentKinds) -> [Flag; 6] {
    [
        ("spot", kinds.spot),
        ("linear perpetual", kinds.linear_perpetual),
        ("inverse perpetual", kinds.inverse_perpetual),
        ("linear future", kinds.linear_future),
        ("binary outcome", kinds.binary_outcome),
        ("other", kinds.other),
    ]
}

fn order_kinds(kinds: OrderKinds) -> [Flag; 7] {
    [
        ("market", kinds.market),
        ("limit", kinds.limit),
        ("stop", kinds.stop),
        ("stop-limit", kinds.stop_limit),
        ("take-profit", kinds.take_profit),
        ("take-profit-limit", kinds.take_profit_limit),
        ("trailing", kinds.trailing),
    ]
}

fn event_kinds(kinds: EventKinds) -> [Flag; 10] {
    [
        ("fills", kinds.fills),
        ("orders", kinds.orders),
        ("positions", kinds.positions),
        ("funding", kinds.funding),
        ("liquidations", kinds.liquidations),
        ("timers", kinds.timers),
        ("instruments", kinds.instruments),
        ("account", kinds.account),
        ("data", kinds.data),
        ("other", kinds.other),
    ]
}

fn columns(columns: Columns) -> [Flag; 8] {
    [
        ("open", columns.open),
        ("high", columns.high),
        ("low", columns.low),
        ("close", columns.close),
        ("volume", columns.volume),
        ("quote-volume", columns.quote_volume),
        ("taker-buy-volume", columns.taker_buy_volume),
        ("trades", columns.trades),
    ]
}
