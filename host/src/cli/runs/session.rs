//! `host runs export SESSION`: what a session of the journal did so far, as the folder of a run.

use std::path::Path;

use crate::cli::CliError;
use crate::cli::again::Origin;
use crate::cli::keep::{Finished, keep, style};
use crate::cli::output::{print, show};
use crate::cli::progress::spinner;
use crate::cli::replay::{runtime, session_name};
use crate::config::Settings;
use crate::forward_test::outcomes;
use crate::persistence::Reader;

/// Writes the folder below `root` and prints its summary, or its document.
pub(super) fn export(
    journal: &Reader,
    session: Option<&str>,
    root: &Path,
    json: bool,
    settings: &Settings,
) -> Result<u8, CliError> {
    let name = session_name(journal, session)?;
    let spinner = spinner("following the journal");
    let rebuilt = outcomes(journal, &name, runtime(settings)?, &mut |what, count| {
        spinner.set_message(format!("{what}: {count}"));
    });
    spinner.finish_and_clear();
    let finished: Vec<Finished> = rebuilt?.into_iter().map(Finished::of).collect();
    if finished.is_empty() {
        return Err(CliError::user(
            format!("no strategy of session {name} has traded a minute yet"),
            "export it when its first minute is over: `host ctl status` shows how far it is",
        ));
    }
    let origin = Origin::Session(name.clone());
    let (written, text) = keep(root, Some(&name), &finished, &origin, style())?;
    if json {
        print(&written.json)?;
    } else {
        show(&text)?;
    }
    Ok(0)
}
