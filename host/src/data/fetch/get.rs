//! One request: from the spool or from the venue into the spool, compared with its digest, read.

use std::fs::{self, File};
use std::io::Read;
use std::path::Path;

use sha2::{Digest, Sha256};

use super::rows::is_whole;
use super::spool::{Place, Spool, discard, keep};
use super::{Own, READS_MAX, Target, network};
use crate::data::DataError;
use crate::venues::http::{Answer, Client, Download};
use crate::venues::rest::{Head, Page, Request, Rest, Rows, Source, Verdict, Window};

/// What came of a request.
#[derive(Debug)]
pub(super) enum Got {
    /// All rows of its window, others perhaps.
    Rows(Rows),
    /// There is no such file.
    Absent,
    /// The window holds more than the venue gives at once.
    TooMuch,
}

/// Gets answers of one series.
pub(super) struct Getter<'a> {
    pub client: &'a Client,
    pub rest: &'a dyn Rest,
    pub target: &'a Target,
    pub spool: &'a Spool,
    pub own: &'a Own<'a>,
}

impl Getter<'_> {
    /// The answer to a window of a month.
    ///
    /// # Errors
    /// The venue refuses or does not answer, answers nonsense once too often, a digest does not match, the disk refuses.
    pub(super) fn get(&self, month: &str, window: &Window) -> Result<Got, DataError> {
        let place = self.spool.place(month, window)?;
        let mut asked = 0;
        loop {
            asked += 1;
            if !self.receive(window, &place)? {
                return Ok(Got::Absent);
            }
            match self.own.measure(|| self.read(window, &place.answer))? {
                Ok(page) if is_whole(self.target.history, window, &page) => {
                    return Ok(Got::Rows(page.rows));
                }
                Ok(_) => return Ok(Got::TooMuch),
                Err(why) => {
                    discard(&place.answer)?;
                    if asked == READS_MAX {
                        return Err(self.unreadable(window, &why));
                    }
                }
            }
        }
    }

    /// Brings the answer into the spool unless it is there; `false` where there is none.
    fn receive(&self, window: &Window, place: &Place) -> Result<bool, DataError> {
        if place.answer.exists() {
            return Ok(true);
        }
        if place.absent.exists() {
            return Ok(false);
        }
        let is_there = match (window.source, &window.checksum) {
            (Source::Api, _) => self.ask(&window.request, &place.answer)?,
            (Source::Archive, None) => self.download(&window.request, &place.answer)?.is_some(),
            (Source::Archive, Some(checksum)) => self.verified(window, checksum, place)?,
        };
        if !is_there {
            keep(&place.absent, b"")?;
        }
        Ok(is_there)
    }

    /// A file whose digest is the published one; asked for once more if it is not.
    fn verified(
        &self,
        window: &Window,
        checksum: &Request,
        place: &Place,
    ) -> Result<bool, DataError> {
        for attempt in 0..2 {
            if !place.digest.exists() && !self.ask(checksum, &place.digest)? {
                return Ok(false);
            }
            let found = if place.unverified.exists() {
                Some(sha256_of(&place.unverified)?)
            } else {
                self.download(&window.request, &place.unverified)?
            };
            let Some(found) = found else {
                return Ok(false);
            };
            let text = fs::read(&place.digest).map_err(|e| io("reading", &place.digest, &e))?;
            let told = self.rest.read_checksum(window, &text);
            if told.as_ref() == Ok(&found) {
                fs::rename(&place.unverified, &place.answer)
                    .map_err(|e| io("writing", &place.answer, &e))?;
                return Ok(true);
            }
            discard(&place.unverified)?;
            discard(&place.digest)?;
            if attempt == 1 {
                return Err(self.wrong_digest(window, &found, told.map_err(|e| e.to_string())));
            }
        }
        unreachable!("the second attempt returns")
    }

    fn wrong_digest(
        &self,
        window: &Window,
        found: &str,
        told: Result<String, String>,
    ) -> DataError {
        let path = &window.request.path;
        let venue = self.rest.venue();
        let message = match told {
            Ok(told) => format!("{venue} {path}: its sha256 is {found}, the venue says {told}"),
            Err(why) => format!("{venue} {path}: its sha256 is {found}, but {why}"),
        };
        DataError::world(message).with_hint(
            "nothing of it was used; try again later, or ask for rows instead of files: --no-archive",
        )
    }

    /// Asks and keeps the answer before anything else happens with it.
    fn ask(&self, request: &Request, to: &Path) -> Result<bool, DataError> {
        match self.client.send(&self.judge(), request).map_err(network)? {
            Answer::Body(body) => self.own.measure(|| keep(to, &body)).map(|()| true),
            Answer::Absent => Ok(false),
        }
    }

    /// The digest of a file that was received.
    fn download(&self, request: &Request, to: &Path) -> Result<Option<String>, DataError> {
        let answered = self.client.download(&self.judge(), request, to);
        match answered.map_err(network)? {
            Download::Saved { sha256, .. } => Ok(Some(sha256)),
            Download::Absent => Ok(None),
        }
    }

    fn judge(&self) -> impl Fn(&Request, Head<'_>) -> Verdict + '_ {
        |request, head| self.rest.judge(request, head)
    }

    /// Reads an answer; the inner error is the venue's.
    fn read(&self, window: &Window, path: &Path) -> Result<Result<Page, String>, DataError> {
        let history = self.target.history;
        let page = match window.source {
            Source::Api => {
                let body = fs::read(path).map_err(|e| io("reading", path, &e))?;
                self.rest.read(history, window, &body)
            }
            Source::Archive => {
                let mut file = File::open(path).map_err(|e| io("reading", path, &e))?;
                self.rest.read_file(history, window, &mut file)
            }
        };
        Ok(page.map_err(|e| e.to_string()))
    }

    fn unreadable(&self, window: &Window, why: &str) -> DataError {
        let asked = window.request.asked();
        DataError::world(format!(
            "{}: the answer to {asked} cannot be read, asked {READS_MAX} times: {why}",
            self.target.key
        ))
        .with_hint("try again later; what was received is kept")
    }
}

fn io(doing: &str, path: &Path, error: &std::io::Error) -> DataError {
    DataError::world(format!("{doing} {}: {error}", path.display()))
}

/// The digest of a file that was received before this process began.
fn sha256_of(path: &Path) -> Result<String, DataError> {
    let mut file = File::open(path).map_err(|e| io("reading", path, &e))?;
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 1 << 16];
    loop {
        let read = file
            .read(&mut buffer)
            .map_err(|e| io("reading", path, &e))?;
        if read == 0 {
            break;
        }
        hasher.update(&buffer[..read]);
    }
    Ok(crate::data::catalog::hex(&hasher.finalize()))
}
