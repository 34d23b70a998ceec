//! What a name means to `replay` and `runs export`: a kept run, or a session of the journal.

use std::path::Path;

use crate::cli::CliError;
use crate::cli::shelf::{self, Found};
use crate::config::{DATABASE_PATH, OUTPUT_PATH, Settings};
use crate::persistence::{Journal, Reader};

/// The user's words.
pub(super) struct What<'a> {
    /// The name; without one it is the newest session.
    pub name: Option<&'a str>,
    /// The user says that it is a session.
    pub is_session: bool,
    /// The journal, where the user names one.
    pub database: Option<&'a Path>,
}

/// What is meant.
pub(super) enum Meant {
    /// A kept run.
    Run(Found),
    /// A session of this journal.
    Session(Reader),
}

impl What<'_> {
    /// A session of this very name comes before runs that only begin with it; a session and a run of the same name are two, and the user
    /// has to say which.
    ///
    /// # Errors
    /// There is neither, or both.
    pub(super) fn look(&self, settings: &Settings) -> Result<Meant, CliError> {
        let usual = settings.path(&DATABASE_PATH);
        let database = self.database.unwrap_or(&usual);
        let (Some(name), false) = (self.name, self.is_session) else {
            return Ok(Meant::Session(Journal::read_only(database)?));
        };
        let root = settings.path(&OUTPUT_PATH);
        // A journal that is named has to be there; the usual one may be missing where there are only runs.
        let journal = (self.database.is_some() || database.is_file())
            .then(|| Journal::read_only(database))
            .transpose()?;
        let session = match &journal {
            Some(journal) => journal.session(name)?,
            None => None,
        };
        match (journal, session) {
            (Some(_), Some(_)) if shelf::is_name(name, &root) => Err(CliError::user(
                format!(
                    "`{name}` is a session of {} and a run in {}",
                    database.display(),
                    root.display()
                ),
                format!(
                    "add --session for the session; the run is {}",
                    root.join(name).display()
                ),
            )),
            (Some(journal), Some(_)) => Ok(Meant::Session(journal)),
            (Some(_), None) => {
                let neither = |e: CliError| {
                    e.context(format!("{} has no session `{name}`", database.display()))
                };
                Ok(Meant::Run(shelf::find(name, &root).map_err(neither)?))
            }
            (None, _) => Ok(Meant::Run(shelf::find(name, &root)?)),
        }
    }
}
