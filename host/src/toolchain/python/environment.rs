//! What a Python strategy is built and tested with, installed once into a folder of our own: Python packages in a private environment,
//! the SDK this program carries, the indicator provider compiled from it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::toolchain::{
    BuildError, Options, absolute, build_guest, last_lines, lock, product, sdk, start_error,
    unusable,
};

/// Versions that were tested together. A change here makes a new environment.
const PACKAGES: [&str; 3] = [
    "componentize-py==0.25.1",
    "wasmtime==50.0.1",
    "pytest==9.2.0",
];
/// The first version of Python whose typing the generated bindings use.
const PYTHON_LEAST: (u32, u32) = (3, 11);

/// Everything is here.
pub(super) struct Environment {
    venv: PathBuf,
    /// Folder that holds `host_sdk`.
    pub(super) package: PathBuf,
    /// Folders of the interfaces a Python strategy sees.
    pub(super) wit: [PathBuf; 3],
    /// The compiled indicators.
    pub(super) provider: PathBuf,
}

impl Environment {
    /// Installs what is missing. Several builds may want it at once: one installs, the others wait.
    pub(super) fn prepare(
        options: &Options,
        progress: &mut dyn FnMut(&str),
    ) -> Result<Self, BuildError> {
        let tools = absolute(&tools_folder(options))?;
        let lock = lock(&tools.join(".lock"))?;
        let venv = install_packages(&tools, progress)?;
        let sdk = tools.join(format!("sdk-{}", &sdk::digest()[..16]));
        for (part, name) in [
            (sdk::Part::Python, "python"),
            (sdk::Part::Provider, "provider"),
        ] {
            let folder = sdk.join(name);
            sdk::unpack(part, &folder).map_err(|source| unusable(&folder, source))?;
        }
        let provider = compile_provider(&tools, &sdk, progress)?;
        drop(lock);
        let package = sdk.join("python/guest-sdk/python");
        let wit = [
            sdk.join("python/wit"),
            sdk.join("provider/guest-sdk/provider/wit"),
            package.join("wit"),
        ];
        Ok(Self {
            venv,
            package,
            wit,
            provider,
        })
    }

    /// What tools these are.
    pub(super) fn digest(&self) -> String {
        format!("{} {}", PACKAGES.join(" "), sdk::digest())
    }

    /// Python with the SDK and the indicators, in a folder: for tests.
    pub(super) fn python(&self, dir: &Path) -> Command {
        let mut python = self.tool("python", dir);
        python.env("PYTHONPATH", &self.package);
        python.env("PYTHONDONTWRITEBYTECODE", "1");
        python.env("HOST_SDK_PROVIDER", &self.provider);
        python
    }

    /// A program of the environment, undisturbed by any other the user is in.
    pub(super) fn tool(&self, name: &str, dir: &Path) -> Command {
        let mut tool = Command::new(bin(&self.venv, name));
        tool.current_dir(dir);
        for (variable, _) in std::env::vars_os() {
            let text = variable.to_string_lossy();
            if text.starts_with("PYTHON") || text == "VIRTUAL_ENV" {
                tool.env_remove(&variable);
            }
        }
        tool
    }

    /// Lets Python itself say what is wrong with the sources, before the slow compilation.
    pub(super) fn check(&self, dir: &Path) -> Result<(), BuildError> {
        let dir = fs::canonicalize(dir).map_err(|source| unusable(dir, source))?;
        let mut python = self.python(&dir);
        // Isolated, without the packages of the environment: what a strategy cannot have later is not there now.
        python.args(["-I", "-S", "-B"]);
        python.arg(self.package.join("host_sdk/check.py"));
        python
            .arg(&dir)
            .arg(&self.package)
            .arg(site_packages(&self.venv));
        let output = python
            .output()
            .map_err(|source| start_error(&python, source))?;
        let answer: serde_json::Value = String::from_utf8_lossy(&output.stdout)
            .lines()
            .next_back()
            .and_then(|line| serde_json::from_str(line).ok())
            .unwrap_or_default();
        let text = |name: &str| answer[name].as_str().map(str::to_owned);
        match text("wrong") {
            None if output.status.success() && answer["strategy"].is_string() => Ok(()),
            Some(message) => Err(BuildError::Python {
                message,
                hint: text("hint"),
            }),
            None => {
                let words = last_lines(&String::from_utf8_lossy(&output.stderr), 20);
                let message = format!("strategy.py ended Python while it was imported\n{words}");
                Err(BuildError::Python {
                    message: message.trim_end().to_owned(),
                    hint: None,
                })
            }
        }
    }
}

/// Where the user wants it, or in the user's folder of caches.
fn tools_folder(options: &Options) -> PathBuf {
    options.tools_dir.clone().unwrap_or_else(|| {
        let caches = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
        let caches = caches.or_else(|| std::env::home_dir().map(|home| home.join(".cache")));
        caches.unwrap_or_else(std::env::temp_dir).join("host")
    })
}

fn bin(venv: &Path, name: &str) -> PathBuf {
    if cfg!(windows) {
        venv.join("Scripts").join(format!("{name}.exe"))
    } else {
        venv.join("bin").join(name)
    }
}

/// Where the packages of an environment lie, as it tells itself by its only folder of this name.
fn site_packages(venv: &Path) -> PathBuf {
    if cfg!(windows) {
        return venv.join("Lib").join("site-packages");
    }
    let mut versions = fs::read_dir(venv.join("lib"))
        .into_iter()
        .flatten()
        .flatten();
    let found = versions.find(|version| version.path().join("site-packages").is_dir());
    found
        .map(|version| version.path().join("site-packages"))
        .unwrap_or_default()
}

/// The private environment: whole, or made anew.
fn install_packages(tools: &Path, progress: &mut dyn FnMut(&str)) -> Result<PathBuf, BuildError> {
    let venv = tools.join("python");
    let noted = venv.join("packages");
    let wanted = PACKAGES.join("\n");
    if fs::read_to_string(&noted).is_ok_and(|found| found == wanted)
        && bin(&venv, "python").exists()
    {
        return Ok(venv);
    }
    if venv.exists() {
        fs::remove_dir_all(&venv).map_err(|source| unusable(&venv, source))?;
    }
    let python = system_python()?;
    progress("Making a private Python environment");
    let mut command = Command::new(&python);
    command.args(["-I", "-m", "venv"]).arg(&venv);
    let output = finished(&mut command)?;
    if !output.status.success() {
        let words = [&output.stdout[..], &output.stderr[..]].concat();
        let words = String::from_utf8_lossy(&words);
        return Err(BuildError::Python {
            message: format!(
                "{python} cannot make a private environment: {}",
                last_lines(&words, 3)
            ),
            hint: Some("apt install python3-venv".to_owned()),
        });
    }
    progress("Installing componentize-py, wasmtime and pytest (60 MB, once)");
    let mut pip = Command::new(bin(&venv, "python"));
    pip.args(["-I", "-m", "pip", "install", "--quiet"]);
    pip.args(["--disable-pip-version-check", "--only-binary", ":all:"]);
    pip.args(PACKAGES);
    let output = finished(&mut pip)?;
    if !output.status.success() {
        let words = String::from_utf8_lossy(&output.stderr);
        return Err(BuildError::Python {
            message: format!(
                "the tools for Python strategies cannot be installed: {}",
                last_lines(&words, 3)
            ),
            hint: Some(
                "pip gets them from PyPI, or from the index that its own settings name".to_owned(),
            ),
        });
    }
    fs::write(&noted, wanted).map_err(|source| unusable(&noted, source))?;
    Ok(venv)
}

fn finished(command: &mut Command) -> Result<Output, BuildError> {
    command
        .output()
        .map_err(|source| start_error(command, source))
}

/// The user's Python, if it is new enough.
fn system_python() -> Result<String, BuildError> {
    let (major, minor) = PYTHON_LEAST;
    let name = if cfg!(windows) { "python" } else { "python3" };
    let question = "import sys; print(sys.version_info[0], sys.version_info[1])";
    let answer = Command::new(name).args(["-I", "-c", question]).output();
    let hint = Some("apt install python3 python3-venv".to_owned());
    let Ok(answer) = answer else {
        return Err(BuildError::Python {
            message: format!(
                "{name} cannot be started: building Python strategies needs Python {major}.{minor} or later"
            ),
            hint,
        });
    };
    let said = String::from_utf8_lossy(&answer.stdout);
    let numbers: Vec<u32> = said.split_whitespace().flat_map(str::parse).collect();
    match numbers[..] {
        [found_major, found_minor] if (found_major, found_minor) >= PYTHON_LEAST => {
            Ok(name.to_owned())
        }
        _ => Err(BuildError::Python {
            message: format!(
                "{name} is Python {}, but building Python strategies needs {major}.{minor} or later",
                said.trim().replace(' ', ".")
            ),
            hint,
        }),
    }
}

/// The indicators as a component, compiled once for each SDK.
fn compile_provider(
    tools: &Path,
    sdk: &Path,
    progress: &mut dyn FnMut(&str),
) -> Result<PathBuf, BuildError> {
    let kept = sdk.join("provider.wasm");
    if kept.is_file() {
        return Ok(kept);
    }
    progress("Compiling the indicators (once)");
    let options = Options {
        target_dir: Some(tools.join("target")),
        packages: vec!["provider".to_owned()],
        tools_dir: None,
    };
    let built = build_guest(&sdk.join("provider"), &options, progress)?;
    let bytes = fs::read(&built).map_err(|source| unusable(&built, source))?;
    product::replace(&kept, &bytes).map_err(|source| unusable(&kept, source))?;
    Ok(kept)
}
