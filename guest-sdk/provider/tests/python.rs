//! The Python classes of the indicators are written from the catalog: the committed file must be what the catalog gives now.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use indicators::catalog::{self, Entry, Input, Kind};

const FOLDER: &str = "../python/host_sdk/indicators";
const HEAD: &str = r#""""All indicators, computed by the code Rust strategies use.

Generated from the catalog in `guest-sdk/indicators`; `WRITE_PYTHON=1 cargo test -p provider --test python` writes it anew.

`update` takes the next inputs and gives the indicator, or nothing until its first value; `value` repeats the last one. A NaN (a
missing candle) gives nothing and leaves the state as it was. Several outputs come as a named tuple; one that is not ready is NaN.

A chapter is imported with the first of its indicators: what a strategy does not use makes its component no larger.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

"#;
const CHAPTER: &str = r#""""One chapter of the indicators. Generated from the catalog, as the package says; import from the package."""

from __future__ import annotations

from typing import NamedTuple

from ..indicator import FirstValue, OneToOne, Several, Single, WarmUp
"#;

#[test]
fn the_python_classes_are_those_of_the_catalog() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(FOLDER);
    for (file, written) in package() {
        let path = folder.join(file);
        if std::env::var_os("WRITE_PYTHON").is_some() {
            std::fs::create_dir_all(&folder).expect("the folder can be made");
            std::fs::write(&path, &written).expect("the file can be written");
        }
        let committed = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(
            committed == written,
            "the catalog has changed: WRITE_PYTHON=1 cargo test -p provider --test python"
        );
    }
}

/// The files of the package and their texts.
fn package() -> BTreeMap<String, String> {
    let mut chapters: BTreeMap<String, (String, Vec<String>)> = BTreeMap::new();
    for entry in catalog::all() {
        let module = format!("{:?}", entry.family).to_lowercase();
        let (text, names) = chapters
            .entry(module)
            .or_insert_with(|| (CHAPTER.to_owned(), Vec::new()));
        class(text, &entry).expect("writing into a string");
        if entry.outputs.len() > 1 {
            names.push(format!("{}Values", class_name(entry.name)));
        }
        names.push(class_name(entry.name));
    }
    let mut head = HEAD.to_owned();
    let (mut typed, mut places) = (String::new(), String::new());
    for (module, (_, names)) in &mut chapters {
        names.sort();
        for name in names {
            let _ = writeln!(typed, "    from .{module} import {name} as {name}");
            let _ = writeln!(places, "    \"{name}\": \"{module}\",");
        }
    }
    let _ = write!(
        head,
        "if TYPE_CHECKING:\n{typed}\n_CHAPTERS = {{\n{places}}}\n\n\ndef __getattr__(name: str) -> object:\n    \
         if name not in _CHAPTERS:\n        raise AttributeError(f\"there is no indicator {{name}}\")\n    \
         return getattr(import_module(f\".{{_CHAPTERS[name]}}\", __name__), name)\n\n\ndef __dir__() -> list[str]:\n    \
         return sorted(_CHAPTERS)\n"
    );
    let mut files: BTreeMap<String, String> = chapters
        .into_iter()
        .map(|(module, (text, _))| (format!("{module}.py"), text))
        .collect();
    files.insert("__init__.py".to_owned(), head);
    files
}

fn class(text: &mut String, entry: &Entry) -> std::fmt::Result {
    let name = class_name(entry.name);
    let answer = format!("{name}Values");
    let base = match (entry.inputs.len(), entry.outputs.len()) {
        (1, 1) => "OneToOne".to_owned(),
        (_, 1) => "Single".to_owned(),
        _ => format!("Several[{answer}]"),
    };
    if entry.outputs.len() > 1 {
        write!(
            text,
            "\n\nclass {answer}(NamedTuple):\n    \"\"\"What `{name}` gives.\"\"\"\n\n"
        )?;
        for output in entry.outputs {
            writeln!(text, "    {output}: float")?;
        }
    }
    let (declared, passed) = parameters(entry);
    let taken: String = declared.iter().map(|one| format!(", {one}")).collect();
    write!(
        text,
        "\n\nclass {name}({base}):\n    \"\"\"{}.\"\"\"\n\n    NAME = \"{}\"\n    BOUNDS = ({})\n",
        capital(entry.title),
        entry.name,
        bounds(entry)
    )?;
    write!(
        text,
        "\n    def __init__(self{taken}) -> None:\n        super().__init__({})\n",
        passed.join(", ")
    )?;
    if base != "OneToOne" {
        update(text, entry, &answer)?;
    }
    text.write_str("\n    first_value = FirstValue(__init__)\n    warm_up = WarmUp(__init__)\n")
}

fn update(text: &mut String, entry: &Entry, answer: &str) -> std::fmt::Result {
    let inputs: Vec<&str> = entry
        .inputs
        .iter()
        .map(|&input| input_name(input))
        .collect();
    let taken: String = inputs
        .iter()
        .map(|name| format!(", {name}: float"))
        .collect();
    let given = inputs.join(", ");
    let (given_back, call, what) = if entry.outputs.len() == 1 {
        (
            "float",
            format!("_next_value({given})"),
            "the indicator, or nothing before its first",
        )
    } else {
        (
            answer,
            format!("_next_values({answer}, {given})"),
            "the values, or nothing before the first",
        )
    };
    write!(
        text,
        "\n    def update(self{taken}) -> {given_back} | None:\n        \"\"\"Take the next {given}; {what}.\"\"\"\n        \
         return self.{call}\n"
    )
}

/// The parameters as a function declares them and as they are passed on.
fn parameters(entry: &Entry) -> (Vec<String>, Vec<String>) {
    let declared = entry.parameters.iter().map(|parameter| {
        let name = python_name(parameter.name);
        if parameter.kind != Kind::Real {
            format!("{name}: int = {}", parameter.default)
        } else {
            format!("{name}: float = {:?}", parameter.default)
        }
    });
    let passed = entry.parameters.iter().map(|p| python_name(p.name));
    (declared.collect(), passed.collect())
}

fn bounds(entry: &Entry) -> String {
    let one = |parameter: &catalog::Parameter| {
        let whole = if parameter.kind != Kind::Real {
            "True"
        } else {
            "False"
        };
        format!(
            "(\"{}\", {whole}, {:?}, {:?}),",
            parameter.name, parameter.min, parameter.max
        )
    };
    let all: Vec<String> = entry.parameters.iter().map(one).collect();
    all.join(" ")
}

/// Words of Python that a parameter must not be called.
fn python_name(name: &str) -> String {
    match name {
        "lambda" | "from" | "in" | "is" | "global" | "class" => format!("{name}_"),
        _ => name.to_owned(),
    }
}

fn input_name(input: Input) -> &'static str {
    match input {
        Input::Value => "value",
        Input::Second => "second",
        Input::OpenTime => "open_time",
        Input::Open => "open",
        Input::High => "high",
        Input::Low => "low",
        Input::Close => "close",
        Input::Volume => "volume",
    }
}

/// `moving_average` as `MovingAverage`.
fn class_name(name: &str) -> String {
    name.split('_').map(capital).collect()
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters
        .next()
        .map(|first| first.to_uppercase().chain(letters).collect())
        .unwrap_or_default()
}
