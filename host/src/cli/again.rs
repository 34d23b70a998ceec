//! `again.json`: how a run is run again. The routes and flags as they were understood, its components kept beside all runs.
//!
//! Rules: paths are absolute and the period is two times, so that another working folder, another day and other settings change nothing;
//! a component is kept once, under its digest, which is compared when it is read; a run that cannot be run again says why.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use tempfile::NamedTempFile;

use crate::cli::CliError;
use crate::cli::flags::Flags;
use crate::cli::plan::{Prepared, Route};
use crate::config::{self, Settings};
use crate::data::table::readable_by_all;
use crate::domain::Timestamp;
use crate::runs::folder::AGAIN as FILE;
use crate::runs::json::pretty;
use crate::runs::kept::bounded_text;
use crate::runs::manifest::hex;
use crate::venues::socket::wall_clock;

/// Folder of the components, beside the runs.
const COMPONENTS: &str = ".components";

const SCHEMA: &str = "run-again/1";

/// Largest file that is read.
const BYTES_MAX: u64 = 1 << 22;

/// How a run is run again: ready for `Prepared::load`.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Again {
    /// The strategies; each one's component is a file that is there.
    pub routes: Vec<Route>,
    /// What is run on what, by which rules.
    pub flags: Flags,
    /// Folder of the market data.
    data: PathBuf,
}

impl Again {
    /// The folder of market data the run was made on; that of the settings where it is gone. Compiled code never comes from there: whoever
    /// hands a run around could have put any into it.
    pub(super) fn market_data(&self, settings: &Settings) -> PathBuf {
        if self.data.is_dir() {
            self.data.clone()
        } else {
            settings.path(&config::CACHE_PATH)
        }
    }
}

/// Where a run comes from.
#[derive(Debug, Clone)]
pub(super) enum Origin {
    /// The command line, or a run file.
    Routes(Box<Given>),
    /// A session of a journal, exported.
    Session(String),
}

/// What the command line gave, as it was understood.
#[derive(Debug, Clone)]
pub(super) struct Given {
    again: Again,
    /// File and digest of each route's component.
    components: Vec<(PathBuf, String)>,
}

/// The file.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    schema: String,
    made: String,
    host_version: String,
    /// The session it was exported from; then there is nothing else.
    session: Option<String>,
    /// SHA-256 of each route's component.
    components: Vec<String>,
    routes: Vec<Route>,
    flags: Flags,
    /// Folder of the market data.
    market_data: Option<PathBuf>,
}

impl Origin {
    /// What was prepared from these routes and flags.
    pub(super) fn of(
        routes: &[Route],
        flags: &Flags,
        prepared: &Prepared,
        settings: &Settings,
    ) -> Result<Self, CliError> {
        let files = prepared.files.iter();
        let components = files.map(|(path, component)| (path.clone(), component.sha256()));
        let mut routes = routes.to_vec();
        for route in &mut routes {
            absolute(&mut route.safety)?;
        }
        let mut data = Some(settings.path(&config::CACHE_PATH));
        absolute(&mut data)?;
        let again = Again {
            routes,
            data: data.unwrap_or_default(),
            flags: resolved(flags, prepared, settings)?,
        };
        Ok(Self::Routes(Box::new(Given {
            again,
            components: components.collect(),
        })))
    }

    /// The text of the file of a run made now, below `root`. Keeps the components; one that cannot be kept is told on stderr.
    pub(super) fn keep(&self, root: &Path) -> String {
        let mut document = Document {
            schema: SCHEMA.to_owned(),
            made: wall_clock().rfc3339(),
            host_version: env!("CARGO_PKG_VERSION").to_owned(),
            session: None,
            components: Vec::new(),
            routes: Vec::new(),
            flags: Flags::default(),
            market_data: None,
        };
        match self {
            Self::Session(name) => document.session = Some(name.clone()),
            Self::Routes(given) => {
                for (path, sha256) in &given.components {
                    if let Err(error) = keep_component(root, path, sha256) {
                        eprintln!(
                            "warning: this run cannot be run again without --component: {error}"
                        );
                    }
                    document.components.push(sha256.clone());
                }
                document.routes = given.again.routes.clone();
                document.flags = given.again.flags.clone();
                document.market_data = Some(given.again.data.clone());
            }
        }
        pretty(&document)
    }
}

/// Flags that mean the same in another folder, on another day and with other settings.
fn resolved(flags: &Flags, prepared: &Prepared, settings: &Settings) -> Result<Flags, CliError> {
    let mut flags = flags.clone();
    absolute(&mut flags.data)?;
    absolute(&mut flags.safety)?;
    let (first, last) = prepared.available;
    let (from, to) = prepared.period;
    flags.start = Some(from.unwrap_or(first).rfc3339());
    flags.end = Some(to.unwrap_or(last).rfc3339());
    (flags.timerange, flags.days) = (None, None);
    let setting = |variable| settings.get(variable).map(str::to_owned);
    let balance = flags.balance.take();
    flags.balance = balance.or_else(|| setting(&config::INITIAL_BALANCE));
    // A file says itself what it is of; a setting that were said beside it would contradict it.
    if flags.data.is_none() {
        let exchange = flags.exchange.take();
        flags.exchange = exchange.or_else(|| setting(&config::EXCHANGE));
        let symbol = flags.symbol.take();
        flags.symbol = symbol.or_else(|| setting(&config::SYMBOL));
    }
    Ok(flags)
}

fn absolute(path: &mut Option<PathBuf>) -> Result<(), CliError> {
    if let Some(path) = path {
        let error = |e| CliError::world(format!("the full path of {}: {e}", path.display()));
        let full = std::path::absolute(&*path).map_err(error)?;
        // JSON knows text only: a name that is none leads nowhere when the run is run again, and says so then.
        *path = full.to_string_lossy().into_owned().into();
    }
    Ok(())
}

/// Where a component is kept; none for what is no digest, which a strange file may say.
pub(super) fn component_path(root: &Path, sha256: &str) -> Option<PathBuf> {
    let is_digest = sha256.len() == 64 && sha256.bytes().all(|b| b.is_ascii_hexdigit());
    is_digest.then(|| root.join(COMPONENTS).join(format!("{sha256}.wasm")))
}

/// Keeps a component below `root`, unless it is there already.
fn keep_component(root: &Path, file: &Path, sha256: &str) -> Result<(), CliError> {
    let place = component_path(root, sha256).expect("a component has a digest");
    if std::fs::read(&place).is_ok_and(|bytes| digest(&bytes) == sha256) {
        return Ok(());
    }
    let told = |what: &str, path: &Path, error: std::io::Error| {
        CliError::world(format!("{what} {}: {error}", path.display()))
    };
    let bytes = std::fs::read(file).map_err(|e| told("reading", file, e))?;
    if digest(&bytes) != sha256 {
        let text = format!("{} was changed while it ran", file.display());
        return Err(CliError::world(text));
    }
    let folder = root.join(COMPONENTS);
    std::fs::create_dir_all(&folder).map_err(|e| told("making", &folder, e))?;
    let write = || {
        let mut half = NamedTempFile::new_in(&folder)?;
        half.write_all(&bytes)?;
        readable_by_all(half.as_file())?;
        half.as_file().sync_all()?;
        half.persist(&place).map_err(|e| e.error)
    };
    write().map(|_| ()).map_err(|e| told("writing", &place, e))
}

fn digest(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// How the run in a folder is run again; of one strategy of several, how all of them are. `given` are files that stand in for
/// components that are not kept any more.
///
/// # Errors
/// Why it cannot be: it came from elsewhere, the file is damaged, a component is gone.
pub(super) fn read(folder: &Path, given: &[PathBuf]) -> Result<Again, CliError> {
    let home = home(folder);
    let again = || -> Result<Again, CliError> {
        let document = document(home)?;
        refuse_unrepeatable(&document)?;
        let root = home.parent().unwrap_or(Path::new("."));
        let mut routes = document.routes;
        for (route, sha256) in routes.iter_mut().zip(&document.components) {
            let file = find_component(root, sha256, given)?;
            route.strategy = file.to_string_lossy().into_owned();
        }
        Ok(Again {
            routes,
            flags: document.flags,
            data: document.market_data.unwrap_or_default(),
        })
    };
    again().map_err(|e| e.context(format!("{} cannot be run again", home.display())))
}

/// When a run was made, if it says so.
pub(super) fn made(folder: &Path) -> Option<Timestamp> {
    Timestamp::parse(&document(folder).ok()?.made).ok()
}

/// Digests of the components a run needs to be run again, also as another host wrote them down; none without the file.
///
/// # Errors
/// The file is there and cannot be understood.
pub(super) fn components(folder: &Path) -> Result<Vec<String>, CliError> {
    let path = folder.join(FILE);
    if !path.exists() {
        return Ok(Vec::new());
    }
    let text = bounded_text(&path, BYTES_MAX).map_err(CliError::world)?;
    let document: serde_json::Value = serde_json::from_str(&text).map_err(CliError::world)?;
    let digests = document["components"].as_array();
    let digest = |value: &serde_json::Value| value.as_str().map(str::to_owned);
    let digests = digests.and_then(|all| all.iter().map(digest).collect::<Option<Vec<_>>>());
    digests.ok_or_else(|| CliError::world(format!("{} names no components", path.display())))
}

/// The folder of the whole run: one strategy of several lies within it.
fn home(folder: &Path) -> &Path {
    let whole = folder.parent().filter(|whole| whole.join(FILE).is_file());
    match whole {
        Some(whole) if !folder.join(FILE).is_file() => whole,
        _ => folder,
    }
}

fn document(folder: &Path) -> Result<Document, CliError> {
    let path = folder.join(FILE);
    let anew = "run it anew with `host backtest`";
    if !path.exists() {
        let text = format!("it has no {FILE}: an older host made it, or not this program");
        return Err(CliError::user(text, anew));
    }
    let text = bounded_text(&path, BYTES_MAX).map_err(|e| CliError::user(e.to_string(), anew))?;
    serde_json::from_str(&text).map_err(|e| {
        let text = format!("{} is damaged or of another host: {e}", path.display());
        CliError::user(text, anew)
    })
}

fn refuse_unrepeatable(document: &Document) -> Result<(), CliError> {
    if document.schema != SCHEMA {
        return Err(CliError::user(
            format!(
                "its {FILE} is `{}` of host {}, this host knows {SCHEMA}",
                document.schema, document.host_version
            ),
            "use that host",
        ));
    }
    if let Some(session) = &document.session {
        return Err(CliError::user(
            format!("it is session {session} of a journal, exported"),
            format!("`host replay {session}` proves the session from its journal"),
        ));
    }
    let (routes, components) = (document.routes.len(), document.components.len());
    if routes == 0 || routes != components {
        return Err(CliError::user(
            format!("its {FILE} has {routes} routes and {components} components"),
            "run it anew with `host backtest`",
        ));
    }
    Ok(())
}

/// The file of a component: one that is given, or the one that is kept.
fn find_component(root: &Path, sha256: &str, given: &[PathBuf]) -> Result<PathBuf, CliError> {
    let kept = component_path(root, sha256).ok_or_else(|| {
        CliError::user(
            format!("its {FILE} names `{sha256}`, which is no digest of a component"),
            "run it anew with `host backtest`",
        )
    })?;
    let is_it = |path: &&PathBuf| std::fs::read(path).is_ok_and(|bytes| digest(&bytes) == sha256);
    if let Some(file) = given.iter().chain([&kept]).find(is_it) {
        return std::path::absolute(file).map_err(CliError::world);
    }
    let why = match given {
        [] if kept.exists() => format!("its component {} is damaged", kept.display()),
        [] => format!("its component {} is gone", kept.display()),
        _ => format!("no file that was given is its component, SHA-256 {sha256}"),
    };
    Err(CliError::user(
        why,
        "give the file of the strategy as it was then: --component FILE",
    ))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::cli::events::delisting;
    use crate::cli::flags::{Account, Funding};

    const DIGEST: &str = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";

    /// A document that says something in every field that needs a form of its own.
    fn full() -> Document {
        let mut flags = Flags {
            symbols: vec!["BTC/USDT".to_owned()],
            start: Some("2024-01-01T00:00:00Z".to_owned()),
            funding: Some(Funding::Last),
            account: Some(Account::Shared),
            data: Some("/data/candles.zip".into()),
            events: vec![delisting("BTC/USDT@2024-06-01=5.5").expect("it is fine")],
            knobs: vec!["path=olhc".to_owned()],
            ..Flags::default()
        };
        flags.file_knobs = flags.overrides().expect("they are known");
        let route = Route {
            strategy: "cross".to_owned(),
            roles: vec![("main".to_owned(), vec!["BTC/USDT".to_owned()])],
            parameters: vec!["fast=5".to_owned()],
            ..Route::default()
        };
        Document {
            schema: SCHEMA.to_owned(),
            made: "2024-01-01T00:00:00Z".to_owned(),
            host_version: "0.1.0".to_owned(),
            session: None,
            components: vec![DIGEST.to_owned()],
            routes: vec![route],
            flags,
            market_data: Some("/data".into()),
        }
    }

    /// Results with one run that says this, and its component.
    fn kept(text: &str) -> (tempfile::TempDir, PathBuf) {
        let root = tempfile::tempdir().expect("a folder");
        let folder = root.path().join("a");
        std::fs::create_dir_all(&folder).expect("made");
        std::fs::write(folder.join(FILE), text).expect("written");
        let component = component_path(root.path(), DIGEST).expect("a digest");
        std::fs::create_dir_all(root.path().join(COMPONENTS)).expect("made");
        std::fs::write(component, "hello").expect("written");
        (root, folder)
    }

    #[test]
    fn what_was_understood_comes_back() {
        let document = full();
        let (root, folder) = kept(&pretty(&document));
        let again = read(&folder, &[]).expect("it is whole");
        assert_eq!(again.flags, document.flags);
        let place = component_path(root.path(), DIGEST).expect("a digest");
        let route = Route {
            strategy: place.to_string_lossy().into_owned(),
            ..document.routes[0].clone()
        };
        assert_eq!(again.routes, [route]);
        assert_eq!(components(&folder).expect("read"), [DIGEST]);
        assert_eq!(made(&folder), Timestamp::parse("2024-01-01").ok());
    }

    #[test]
    fn components_of_another_host_are_known_and_those_of_a_damaged_file_are_not() {
        let newer =
            format!(r#"{{"schema": "run-again/9", "news": 1, "components": ["{DIGEST}"]}}"#);
        let (_root, folder) = kept(&newer);
        assert!(read(&folder, &[]).is_err());
        assert_eq!(components(&folder).expect("read"), [DIGEST]);
        for damaged in ["{", r#"{"components": 1}"#, r#"{"components": [1]}"#] {
            let (_root, folder) = kept(damaged);
            assert!(components(&folder).is_err(), "{damaged}");
        }
    }

    #[test]
    fn a_digest_that_is_a_path_leads_nowhere() {
        let mut document = full();
        document.components = vec!["../../secret".to_owned()];
        let (_root, folder) = kept(&pretty(&document));
        let error = read(&folder, &[]).expect_err("no digest").to_string();
        assert!(
            error.contains("`../../secret`, which is no digest"),
            "{error}"
        );
    }

    #[test]
    fn an_exported_session_says_where_its_truth_is() {
        let root = tempfile::tempdir().expect("a folder");
        let (_root, folder) = kept(&Origin::Session("paper".to_owned()).keep(root.path()));
        let error = read(&folder, &[]).expect_err("a session");
        assert!(
            error
                .to_string()
                .contains("it is session paper of a journal")
        );
        assert!(
            error
                .hint()
                .is_some_and(|hint| hint.contains("host replay paper"))
        );
    }

    proptest! {
        #[test]
        fn hostile_bytes_never_panic(
            place in any::<prop::sample::Index>(),
            bytes in prop::collection::vec(any::<u8>(), 0..40),
            taken in 0usize..40,
        ) {
            let mut content = pretty(&full()).into_bytes();
            let at = place.index(content.len());
            let end = (at + taken).min(content.len());
            content.splice(at..end, bytes);
            let (_root, folder) = kept("");
            std::fs::write(folder.join(FILE), content).expect("written");
            let _ = read(&folder, &[]);
            let _ = (made(&folder), components(&folder));
        }
    }
}
