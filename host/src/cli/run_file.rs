//! `run.toml`: what is run, written down. Unknown keys are mistakes, and a mistake is told with file, line and key.

mod feed;

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Path, PathBuf};

use clap::ValueEnum as _;
use serde::Deserialize;
use toml::{Spanned, Table, Value};

use crate::alerts::Volumes;
use crate::cli::CliError;
use crate::cli::events::EventToml;
use crate::cli::flags::{Account, Flags, Funding, Knob};
use crate::cli::plan::{Route, folder_name};
use crate::execution::{Preset, Profile};
pub(super) use feed::FeedPart;
use feed::FeedToml;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileToml {
    run: Option<Spanned<RunToml>>,
    #[serde(default)]
    routes: Vec<Spanned<RouteToml>>,
    /// A backtest of the same file does without it.
    forward: Option<Spanned<ForwardToml>>,
    feed: Option<Spanned<FeedToml>>,
    #[serde(default)]
    alerts: BTreeMap<String, Spanned<BTreeMap<String, String>>>,
    #[serde(default)]
    events: Vec<Spanned<EventToml>>,
}

/// `[run]`: what a flag of the same name would say.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct RunToml {
    exchange: Option<String>,
    start: Option<Value>,
    end: Option<Value>,
    base: Option<String>,
    profile: Option<String>,
    balance: Option<Value>,
    leverage: Option<Value>,
    seed: Option<u64>,
    account: Option<String>,
    funding: Option<String>,
    margin: Option<String>,
    position_mode: Option<String>,
    at_end: Option<String>,
    safety: Option<PathBuf>,
    #[serde(default)]
    set: Table,
}

/// `[forward]`: what only a forward test knows.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct ForwardToml {
    name: Option<String>,
    drop_in: Option<PathBuf>,
    #[serde(default)]
    replace_open: bool,
    paper_fills: Option<String>,
    max_spread_bps: Option<Value>,
}

/// What a file says of a forward test alone.
#[derive(Debug, Clone, Default)]
pub(super) struct ForwardPart {
    /// Name of the session.
    pub name: Option<String>,
    /// Folder whose components run.
    pub drop_in: Option<PathBuf>,
    /// A changed component replaces the running one although positions are open.
    pub replace_open: bool,
    /// profile or quote.
    pub paper_fills: Option<String>,
    /// The widest spread a market order takes.
    pub max_spread_bps: Option<String>,
    /// How loud each kind of alert is, by sink.
    pub volumes: Vec<(String, Volumes)>,
    /// How patient feeds are.
    pub feed: FeedPart,
}

/// `[[routes]]`: one strategy and its symbols.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RouteToml {
    strategy: String,
    name: Option<String>,
    exchange: Option<String>,
    symbol: Option<String>,
    #[serde(default)]
    symbols: Vec<String>,
    #[serde(default)]
    roles: Table,
    timeframe: Option<String>,
    r#as: Option<String>,
    #[serde(default)]
    parameters: Table,
    balance: Option<Value>,
    leverage: Option<Value>,
    weight: Option<Value>,
    safety: Option<PathBuf>,
    on_fault: Option<String>,
}

const PROFILES: &str =
    "`host profiles` shows the presets and the knobs, docs/profiles.md what they mean";

/// Knobs that have a key of their own in `[run]`.
const RUN_KEYS: [(&str, &str); 5] = [
    ("funding", "funding"),
    ("funding_missing", "funding"),
    ("margin_mode", "margin"),
    ("position_mode", "position_mode"),
    ("end_of_data", "at_end"),
];

/// A run file on its way to flags and routes.
struct Reader {
    path: PathBuf,
    text: String,
}

/// Reads a run file. What it says of the whole run fills in the flags that were not given; a flag wins over it.
pub(super) fn read(path: &Path, flags: &mut Flags) -> Result<Vec<Route>, CliError> {
    let text = text_of_file(path)?;
    let path = path.to_owned();
    let (routes, _) = Reader { path, text }.read(flags, Routes::Needed)?;
    Ok(routes)
}

/// The same file for a forward test, with what only that knows.
pub(super) fn read_forward(
    path: &Path,
    flags: &mut Flags,
) -> Result<(Vec<Route>, ForwardPart), CliError> {
    let text = text_of_file(path)?;
    let path = path.to_owned();
    Reader { path, text }.read(flags, Routes::OrFolder)
}

/// Must a file have routes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Routes {
    /// Yes.
    Needed,
    /// Or a folder whose components run.
    OrFolder,
}

fn text_of_file(path: &Path) -> Result<String, CliError> {
    std::fs::read_to_string(path).map_err(|e| {
        CliError::user(
            format!("reading {}: {e}", path.display()),
            "a run file is TOML with [run] and [[routes]]: docs/run-file.md",
        )
    })
}

impl Reader {
    fn read(
        &self,
        flags: &mut Flags,
        needed: Routes,
    ) -> Result<(Vec<Route>, ForwardPart), CliError> {
        let file: FileToml = toml::from_str(&self.text).map_err(|e| self.syntax(&e))?;
        if let Some(run) = file.run {
            let span = run.span();
            self.defaults(&span, run.into_inner(), flags)?;
        }
        for event in file.events {
            let place = self.line(event.span().start);
            let place = format!("{} line {place}", self.path.display());
            let told = event.as_ref().told(place).map_err(|(key, message)| {
                self.at(
                    event.span(),
                    Some(key),
                    message,
                    "docs/run-file.md shows events",
                )
            })?;
            flags.events.push(told);
        }
        let mut part = self.forward(file.forward, file.alerts)?;
        if let Some(feed) = file.feed {
            let span = feed.span();
            part.feed = feed.into_inner().part().map_err(|(key, message)| {
                self.at(
                    span,
                    Some(key),
                    message,
                    "docs/run-file.md says what each is for",
                )
            })?;
        }
        let is_folder = needed == Routes::OrFolder && part.drop_in.is_some();
        if file.routes.is_empty() && !is_folder {
            return Err(self.at(0..0, None, "there are no routes", "add a [[routes]]"));
        }
        let routes = file.routes.into_iter().enumerate();
        let routes: Result<Vec<Route>, CliError> = routes
            .map(|(index, route)| {
                let span = route.span();
                self.route(index, &span, route.into_inner())
            })
            .collect();
        Ok((routes?, part))
    }

    fn forward(
        &self,
        forward: Option<Spanned<ForwardToml>>,
        alerts: BTreeMap<String, Spanned<BTreeMap<String, String>>>,
    ) -> Result<ForwardPart, CliError> {
        let mut part = ForwardPart::default();
        if let Some(forward) = forward {
            let span = forward.span();
            let forward = forward.into_inner();
            let spread = forward.max_spread_bps.as_ref();
            part = ForwardPart {
                name: forward.name,
                drop_in: forward.drop_in,
                replace_open: forward.replace_open,
                paper_fills: forward.paper_fills,
                max_spread_bps: spread
                    .map(|v| self.text_of(&span, "max_spread_bps", v))
                    .transpose()?,
                ..ForwardPart::default()
            };
        }
        for (sink, kinds) in alerts {
            let span = kinds.span();
            if !["discord", "telegram"].contains(&sink.as_str()) {
                let message = format!("there is no sink `{sink}`");
                return Err(self.at(
                    span,
                    Some(&sink),
                    message,
                    "write [alerts.discord] or [alerts.telegram]",
                ));
            }
            let mut volumes = Volumes::default();
            for (kind, word) in kinds.into_inner() {
                volumes
                    .set(&kind, &word)
                    .map_err(|e| self.at(span.clone(), Some(&kind), e.to_string(), &e.hint()))?;
            }
            part.volumes.push((sink, volumes));
        }
        Ok(part)
    }

    fn defaults(
        &self,
        span: &Range<usize>,
        run: RunToml,
        flags: &mut Flags,
    ) -> Result<(), CliError> {
        let text = |key: &str, value: Option<Value>| {
            value.map(|v| self.text_of(span, key, &v)).transpose()
        };
        let fill = |flag: &mut Option<String>, value: Option<String>| {
            if flag.is_none() {
                *flag = value;
            }
        };
        let (start, end) = (text("start", run.start)?, text("end", run.end)?);
        if flags.timerange.is_none() {
            if flags.days.is_none() {
                fill(&mut flags.start, start);
            }
            fill(&mut flags.end, end);
        }
        fill(&mut flags.balance, text("balance", run.balance)?);
        fill(&mut flags.leverage, text("leverage", run.leverage)?);
        fill(&mut flags.exchange, run.exchange);
        fill(&mut flags.base, run.base);
        if let Some(profile) = &run.profile {
            let known = profile.parse::<Preset>();
            known.map_err(|e: String| self.at(span.clone(), Some("profile"), e, PROFILES))?;
        }
        fill(&mut flags.profile, run.profile);
        let mut rules = Flags {
            margin: run.margin,
            position_mode: run.position_mode,
            at_end: run.at_end,
            ..Flags::default()
        };
        flags.safety = flags.safety.take().or(run.safety);
        flags.seed = flags.seed.or(run.seed);
        let word = |key: &str, error: String| self.at(span.clone(), Some(key), error, "");
        if let Some(account) = run.account {
            let account = Account::from_str(&account, false)
                .map_err(|_| word("account", format!("`{account}` is not virtual or shared")))?;
            flags.account = flags.account.or(Some(account));
        }
        if let Some(funding) = run.funding {
            let funding = Funding::from_str(&funding, false).map_err(|_| {
                word(
                    "funding",
                    format!("`{funding}` is not data, none, zero or last"),
                )
            })?;
            rules.funding = Some(funding);
        }
        flags.file_knobs = self.knobs(span, rules, &run.set)?;
        Ok(())
    }

    /// The knobs of `[run]`: those with keys of their own in `rules`, and `[run.set]`.
    fn knobs(
        &self,
        span: &Range<usize>,
        mut rules: Flags,
        set: &Table,
    ) -> Result<Vec<Knob>, CliError> {
        let mut profile = Profile::preset(Preset::Strict);
        let named = rules.overrides()?;
        for knob in &named {
            let key = RUN_KEYS
                .iter()
                .find_map(|(knob_key, key)| (*knob_key == knob.key).then_some(*key));
            profile
                .set(knob.key, &knob.value)
                .map_err(|e| self.at(span.clone(), key, e.to_string(), PROFILES))?;
        }
        let place = self.text.find("[run.set]").unwrap_or(span.start);
        let place = place..span.end;
        rules.knobs = self.settings(&place, set)?;
        for (key, value) in set {
            let value = self.text_of(&place, key, value)?;
            let mut tried = Profile::preset(Preset::Strict);
            tried
                .set(key, &value)
                .map_err(|e| self.at(place.clone(), Some(key), e.to_string(), PROFILES))?;
            let other = named.iter().find(|knob| knob.key == key);
            let current = |profile: &Profile| {
                let knobs = profile.knobs().into_iter();
                knobs.filter(|(k, _)| k == key).collect::<Vec<_>>()
            };
            if let Some(other) = other
                && current(&tried) != current(&profile)
            {
                let said = &other.value;
                return Err(self.at(
                    place.clone(),
                    Some(key),
                    format!("[run] sets {key} to {said}, [run.set] to {value}"),
                    "keep one of them",
                ));
            }
        }
        rules.overrides()
    }

    fn route(
        &self,
        index: usize,
        span: &Range<usize>,
        route: RouteToml,
    ) -> Result<Route, CliError> {
        let text = |key: &str, value: Option<Value>| {
            value.map(|v| self.text_of(span, key, &v)).transpose()
        };
        if let Some(name) = &route.name
            && folder_name(name) != *name
        {
            return Err(self.at(
                span.clone(),
                Some("name"),
                format!("`{name}` cannot be the name of a folder"),
                "use letters, digits, - and _, at most 64 of them, and begin with a letter or a digit",
            ));
        }
        if route.symbol.is_some() && !route.symbols.is_empty() {
            return Err(self.at(
                span.clone(),
                Some("symbols"),
                "`symbol` and `symbols` are both given",
                "keep one of them",
            ));
        }
        let mut parameters = self.settings(span, &route.parameters)?;
        if let Some(timeframe) = &route.timeframe {
            if route.parameters.contains_key("timeframe") {
                return Err(self.at(
                    span.clone(),
                    Some("timeframe"),
                    "`timeframe` is given twice, also as a parameter",
                    "keep one of them",
                ));
            }
            parameters.push(format!("timeframe={timeframe}"));
        }
        Ok(Route {
            strategy: route.strategy,
            name: route.name,
            exchange: route.exchange,
            symbols: route.symbol.into_iter().chain(route.symbols).collect(),
            roles: self.roles(span, &route.roles)?,
            traded_as: route.r#as,
            parameters,
            balance: text("balance", route.balance)?,
            leverage: text("leverage", route.leverage)?,
            weight: text("weight", route.weight)?,
            safety: route.safety,
            on_fault: route.on_fault,
            place: Some(format!(
                "{} line {} (route {})",
                self.path.display(),
                self.line(span.start),
                index + 1
            )),
        })
    }

    /// `roles = { main = "BTC/USDT", other = ["ETH/USDT"] }`.
    fn roles(
        &self,
        span: &Range<usize>,
        table: &Table,
    ) -> Result<Vec<(String, Vec<String>)>, CliError> {
        let symbols = |key: &String, value: &Value| {
            let list = match value {
                Value::Array(list) => list.as_slice(),
                one => std::slice::from_ref(one),
            };
            let texts: Option<Vec<String>> =
                list.iter().map(|v| v.as_str().map(str::to_owned)).collect();
            texts.map(|texts| (key.clone(), texts)).ok_or_else(|| {
                self.at(
                    span.clone(),
                    Some(key),
                    "a symbol or a list of symbols is expected",
                    "write main = [\"BTC/USDT\", \"ETH/USDT\"]",
                )
            })
        };
        table
            .iter()
            .map(|(key, value)| symbols(key, value))
            .collect()
    }

    /// A table as settings `key=value`.
    fn settings(&self, span: &Range<usize>, table: &Table) -> Result<Vec<String>, CliError> {
        let setting = |(key, value): (&String, &Value)| {
            Ok(format!("{key}={}", self.text_of(span, key, value)?))
        };
        table.iter().map(setting).collect()
    }

    /// One value as a flag would have it.
    fn text_of(&self, span: &Range<usize>, key: &str, value: &Value) -> Result<String, CliError> {
        match value {
            Value::String(text) => Ok(text.clone()),
            Value::Integer(number) => Ok(number.to_string()),
            Value::Float(number) => Ok(number.to_string()),
            Value::Boolean(flag) => Ok(flag.to_string()),
            Value::Datetime(time) => Ok(time.to_string()),
            Value::Array(_) | Value::Table(_) => Err(self.at(
                span.clone(),
                Some(key),
                "one value is expected, not a list or a table",
                "",
            )),
        }
    }

    /// A mistake the format itself knows.
    fn syntax(&self, error: &toml::de::Error) -> CliError {
        let span = error.span().unwrap_or(0..0);
        let line = self.text.lines().nth(self.line(span.start) - 1);
        let key = line
            .and_then(|line| line.split_once('='))
            .map(|(key, _)| key.trim().to_owned());
        let message = error.message().trim().replace('\n', ", ");
        self.told(
            self.line(span.start),
            key.as_deref(),
            &message,
            "docs/run-file.md lists the keys",
        )
    }

    /// A mistake in a table: told at the line of its key.
    fn at(
        &self,
        span: Range<usize>,
        key: Option<&str>,
        message: impl AsRef<str>,
        hint: &str,
    ) -> CliError {
        let first = self.line(span.start);
        let line = key
            .and_then(|key| self.line_of(first, key))
            .unwrap_or(first);
        self.told(line, key, message.as_ref(), hint)
    }

    fn told(&self, line: usize, key: Option<&str>, message: &str, hint: &str) -> CliError {
        let key = key.map_or(String::new(), |key| format!(", `{key}`"));
        let hint = if hint.is_empty() {
            "docs/run-file.md lists the keys and their values"
        } else {
            hint
        };
        CliError::user(
            format!("{} line {line}{key}: {message}", self.path.display()),
            hint,
        )
    }

    /// Line of an offset, from 1.
    fn line(&self, offset: usize) -> usize {
        let before = self.text.get(..offset).unwrap_or_default();
        before.matches('\n').count() + 1
    }

    /// The first line from `first` on that sets a key, before or after other keys of an inline table.
    fn line_of(&self, first: usize, key: &str) -> Option<usize> {
        let sets = |line: &str| {
            line.split(['{', ','])
                .filter_map(|part| part.split_once('='))
                .any(|(name, _)| name.trim().trim_matches('"') == key)
        };
        let lines = self.text.lines().enumerate().skip(first - 1);
        lines
            .take_while(|(n, line)| *n < first || !line.trim_start().starts_with("[["))
            .find(|(_, line)| sets(line))
            .map(|(n, _)| n + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_text(text: &str, flags: &mut Flags) -> Result<Vec<Route>, CliError> {
        Reader {
            path: "run.toml".into(),
            text: text.to_owned(),
        }
        .read(flags, Routes::Needed)
        .map(|(routes, _)| routes)
    }

    #[test]
    fn a_run_file_gives_routes_and_fills_in_flags_that_were_not_given() {
        let text = r#"
            [run]
            exchange = "synthetic"
            start = 2024-01-02
            end = "2024-02-01"
            balance = 5000
            leverage = 2.5
            seed = 7
            [run.set]
            path = "adaptive"
            slippage_bps = 1

            [[routes]]
            strategy = "ma-crossover"
            symbol = "BTC/USDT"
            as = "perp"
            timeframe = "15m"
            parameters = { fast = 5, stop = 0.01 }

            [[routes]]
            strategy = "breakout"
            name = "second"
            roles = { main = ["bybit:ETH/USDT"] }
            balance = "750.5"
        "#;
        let mut flags = Flags {
            balance: Some("100".to_owned()),
            knobs: vec!["path=olhc".to_owned()],
            ..Flags::default()
        };
        let routes = read_text(text, &mut flags).expect("it is fine");
        assert_eq!(flags.start.as_deref(), Some("2024-01-02"));
        assert_eq!(flags.balance.as_deref(), Some("100"));
        assert_eq!(flags.leverage.as_deref(), Some("2.5"));
        assert_eq!(flags.seed, Some(7));
        let set = flags.file_knobs.iter();
        let set: Vec<_> = set.map(|k| (k.key, k.value.as_str())).collect();
        assert_eq!(set, [("path", "adaptive"), ("slippage_bps", "1")]);
        assert_eq!(flags.knobs, ["path=olhc"]);
        let rules = flags.rules().expect("they are known");
        assert_eq!(rules.path.name(), "olhc", "the command line wins");
        let [first, second] = routes.as_slice() else {
            panic!("{} routes", routes.len());
        };
        assert_eq!(first.parameters, ["fast=5", "stop=0.01", "timeframe=15m"]);
        assert_eq!(first.symbols, ["BTC/USDT"]);
        assert_eq!(first.place.as_deref(), Some("run.toml line 13 (route 1)"));
        assert_eq!(
            second.roles,
            [("main".to_owned(), vec!["bybit:ETH/USDT".to_owned()])]
        );
        assert_eq!(second.balance.as_deref(), Some("750.5"));
    }

    #[test]
    fn a_mistake_names_file_line_and_key() {
        let cases = [
            (
                "[run]\nblance = 3\n[[routes]]\nstrategy = \"a\"\n",
                "run.toml line 2, `blance`: unknown field",
            ),
            (
                "[run]\nseed = \"x\"\n[[routes]]\nstrategy = \"a\"\n",
                "run.toml line 2, `seed`: invalid type",
            ),
            (
                "[[routes]]\nstrategy = \"a\"\n[[events]]\nsymbol = \"A/B\"\nkind = \"halted\"\nfrom = 2024-01-01\nat = 2024-01-01\n",
                "run.toml line 7, `at`: a halt has",
            ),
            (
                "[run]\nprofile = \"strickt\"\n[[routes]]\nstrategy = \"a\"\n",
                "run.toml line 2, `profile`: ",
            ),
            (
                "[run]\nmargin = \"crossed\"\n[[routes]]\nstrategy = \"a\"\n",
                "run.toml line 2, `margin`: margin_mode: ",
            ),
            (
                "[run]\nseed = 1\n[run.set]\npath = 1\nblah = 2\n[[routes]]\nstrategy = \"a\"\n",
                "run.toml line 5, `blah`: there is no knob",
            ),
            (
                "[run]\nfunding = \"none\"\n[run.set]\nfunding = \"on\"\n[[routes]]\nstrategy = \"a\"\n",
                "run.toml line 4, `funding`: [run] sets funding to off",
            ),
            (
                "[[routes]]\nstrategy = \"a\"\nname = \"a/b\"\n",
                "run.toml line 3, `name`: `a/b` cannot be",
            ),
            ("[run]\nseed = \n", "run.toml line 2, `seed`:"),
            (
                "[run]\naccount = \"mine\"\n[[routes]]\nstrategy = \"a\"\n",
                "run.toml line 2, `account`: `mine` is not virtual or shared",
            ),
            (
                "[[routes]]\nname = \"a\"\n",
                "run.toml line 1: missing field `strategy`",
            ),
            ("routes = []\n", "run.toml line 1: there are no routes"),
            (
                "[[routes]]\nstrategy = \"a\"\n[[routes]]\nstrategy = \"b\"\nparameters = { fast = [1] }\n",
                "run.toml line 5, `fast`: one value",
            ),
            (
                "[[routes]]\nstrategy = \"a\"\nsymbol = \"A/B\"\nsymbols = [\"C/D\"]\n",
                "run.toml line 4, `symbols`:",
            ),
        ];
        for (text, sentence) in cases {
            let error = read_text(text, &mut Flags::default()).expect_err(text);
            assert!(error.to_string().starts_with(sentence), "{text}\n{error}");
            assert!(error.hint().is_some());
        }
    }
}
