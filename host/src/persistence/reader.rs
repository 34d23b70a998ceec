//! Reading a journal, also while another process writes it: every question sees whole commits.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OptionalExtension as _, Row, Rows, Statement, params};
use sha2::{Digest as _, Sha256};

use super::codec::{self, INPUT_COLUMNS, MINUTE_COLUMNS, Unreadable};
use super::{Input, JournalError, MarketRow, MinuteInput, SessionRow};
use crate::domain::{MINUTE_MS, Timestamp};

/// An open journal, to read.
pub struct Reader {
    pub(super) path: PathBuf,
    pub(super) connection: Connection,
}

const SESSION_COLUMNS: &str =
    "id, name, created, finished, why, host_version, engine_version, config, predecessor";

fn session_row(row: &Row<'_>) -> rusqlite::Result<SessionRow> {
    Ok(SessionRow {
        id: row.get(0)?,
        name: row.get(1)?,
        created: Timestamp(row.get(2)?),
        finished: row.get::<_, Option<i64>>(3)?.map(Timestamp),
        why: row.get(4)?,
        host_version: row.get(5)?,
        engine_version: row.get(6)?,
        config: row.get(7)?,
        predecessor: row.get(8)?,
    })
}

impl Reader {
    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The session that goes on at the next start.
    ///
    /// # Errors
    /// See [`JournalError`]; so for all that follow.
    pub fn unfinished(&self) -> Result<Option<SessionRow>, JournalError> {
        let sql = format!("SELECT {SESSION_COLUMNS} FROM session WHERE finished IS NULL");
        let row = self.connection.query_row(&sql, [], session_row);
        row.optional().map_err(|e| self.error(e))
    }

    /// All sessions, the oldest first.
    ///
    /// # Errors
    /// See [`JournalError`].
    pub fn sessions(&self) -> Result<Vec<SessionRow>, JournalError> {
        let sql = format!("SELECT {SESSION_COLUMNS} FROM session ORDER BY id");
        self.all(&sql, params![], session_row)
    }

    /// The session of this name.
    ///
    /// # Errors
    /// See [`JournalError`].
    pub fn session(&self, name: &str) -> Result<Option<SessionRow>, JournalError> {
        let sql = format!("SELECT {SESSION_COLUMNS} FROM session WHERE name = ?1");
        let row = self.connection.query_row(&sql, [name], session_row);
        row.optional().map_err(|e| self.error(e))
    }

    /// Number of the last input of a session; 0 = it has none.
    ///
    /// # Errors
    /// See [`JournalError`].
    pub fn last_input(&self, session: i64) -> Result<u64, JournalError> {
        let sql = "SELECT max(
            (SELECT coalesce(max(number), 0) FROM minute WHERE session = ?1),
            (SELECT coalesce(max(number), 0) FROM input WHERE session = ?1))";
        let last: i64 = self
            .connection
            .query_row(sql, [session], |row| row.get(0))
            .map_err(|e| self.error(e))?;
        Ok(last.unsigned_abs())
    }

    /// Tells the inputs of a session from a number on, in their order, until `tell` says enough. Memory does not grow with them.
    ///
    /// # Errors
    /// A row is damaged or missing: the error names it, and what came before it was told.
    pub fn inputs(
        &self,
        session: i64,
        from: u64,
        tell: &mut dyn FnMut(u64, Input) -> ControlFlow<()>,
    ) -> Result<(), JournalError> {
        // One view of both tables, however long it takes.
        let view = self.connection.unchecked_transaction();
        let _view = view.map_err(|e| self.error(e))?;
        self.inputs_within(session, from, tell)
    }

    /// The same within a view that stands.
    pub(super) fn inputs_within(
        &self,
        session: i64,
        from: u64,
        tell: &mut dyn FnMut(u64, Input) -> ControlFlow<()>,
    ) -> Result<(), JournalError> {
        let prepare = |columns, table| {
            let sql = format!(
                "SELECT {columns} FROM {table} WHERE session = ?1 AND number >= ?2 ORDER BY number"
            );
            self.connection.prepare(&sql).map_err(|e| self.error(e))
        };
        let start = params![session, signed(from)];
        let mut minutes = prepare(MINUTE_COLUMNS, "minute")?;
        let mut minutes = self.numbered(&mut minutes, start, |row| {
            codec::minute(row).map(Input::Minute)
        })?;
        let mut others = prepare(INPUT_COLUMNS, "input")?;
        let mut others = self.numbered(&mut others, start, codec::other)?;
        let mut expected = from.max(1);
        loop {
            let is_minute = match (minutes.number(), others.number()) {
                (minute, Some(other)) => minute.is_some_and(|minute| minute < other),
                (_, None) => true,
            };
            let next = if is_minute {
                minutes.next()
            } else {
                others.next()
            };
            let Some((number, input)) = next.map_err(|e| self.error(e))? else {
                return Ok(());
            };
            if number != expected {
                return Err(self.damaged(session, expected, "it is missing"));
            }
            let input = input.map_err(|why| self.unreadable(session, number, why))?;
            if tell(number, input).is_break() {
                return Ok(());
            }
            expected += 1;
        }
    }

    /// Minutes of a market that begin from a moment on (included) and before another one, by time.
    ///
    /// # Errors
    /// See [`JournalError`].
    pub fn minutes(
        &self,
        session: i64,
        market: u32,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Vec<MinuteInput>, JournalError> {
        let sql = format!(
            "SELECT {MINUTE_COLUMNS} FROM minute
             WHERE session = ?1 AND market = ?2 AND time >= ?3 AND time < ?4 ORDER BY time"
        );
        let mut found = Vec::new();
        let mut select = self
            .connection
            .prepare_cached(&sql)
            .map_err(|e| self.error(e))?;
        let of = params![session, market, from.0, to.0];
        let mut minutes = self.numbered(&mut select, of, codec::minute)?;
        while let Some((number, minute)) = minutes.next().map_err(|e| self.error(e))? {
            found.push(minute.map_err(|why| self.unreadable(session, number, why))?);
        }
        Ok(found)
    }

    /// Where the minutes of a market end: start of the next one to come; none where there is no minute.
    ///
    /// # Errors
    /// See [`JournalError`].
    pub fn head(&self, session: i64, market: u32) -> Result<Option<Timestamp>, JournalError> {
        let sql = "SELECT max(time) FROM minute WHERE session = ?1 AND market = ?2";
        let last: rusqlite::Result<Option<i64>> =
            (self.connection).query_row(sql, params![session, market], |row| row.get(0));
        let last = last.map_err(|e| self.error(e))?;
        Ok(last.map(|time| Timestamp(time).plus_ms(MINUTE_MS)))
    }

    /// Tells the digests of a session from the input of a number on: number, strategy, digest; by number, then strategy.
    ///
    /// # Errors
    /// See [`JournalError`].
    pub fn digests(
        &self,
        session: i64,
        from: u64,
        tell: &mut dyn FnMut(u64, u32, [u8; 32]) -> ControlFlow<()>,
    ) -> Result<(), JournalError> {
        let sql = "SELECT number, strategy, digest FROM digest
                   WHERE session = ?1 AND number >= ?2 ORDER BY number, strategy";
        let mut select = self
            .connection
            .prepare_cached(sql)
            .map_err(|e| self.error(e))?;
        let read = |row: &Row<'_>| Ok((row.get::<_, u32>(1)?, row.get::<_, [u8; 32]>(2)?));
        let mut digests = self.numbered(&mut select, params![session, signed(from)], read)?;
        while let Some((number, digest)) = digests.next().map_err(|e| self.error(e))? {
            let (strategy, digest) = digest.map_err(|why| self.unreadable(session, number, why))?;
            if tell(number, strategy, digest).is_break() {
                break;
            }
        }
        Ok(())
    }

    /// The markets of a session, by index.
    ///
    /// # Errors
    /// See [`JournalError`].
    pub fn markets(&self, session: i64) -> Result<Vec<MarketRow>, JournalError> {
        let sql = "SELECT number, venue, symbol, instrument FROM market WHERE session = ?1 ORDER BY number";
        self.all(sql, params![session], |row| {
            Ok(MarketRow {
                index: row.get(0)?,
                venue: row.get(1)?,
                symbol: row.get(2)?,
                instrument: row.get(3)?,
            })
        })
    }

    /// Name and bytes of a component, by its sha256 in lower-case hex.
    ///
    /// # Errors
    /// Its bytes are not those of its digest, or see [`JournalError`].
    pub fn component(&self, sha256: &str) -> Result<Option<(String, Vec<u8>)>, JournalError> {
        let sql = "SELECT name, bytes FROM component WHERE sha256 = ?1";
        let found = self.connection.query_row(sql, [sha256], |row| {
            Ok((row.get::<_, String>(0)?, row.get::<_, Vec<u8>>(1)?))
        });
        let found = found.optional().map_err(|e| self.error(e))?;
        match &found {
            Some((name, bytes)) if sha256_hex(bytes) != sha256 => Err(JournalError::Damaged {
                path: self.path.clone(),
                why: format!("component {name}: its bytes are not those of {sha256}"),
            }),
            _ => Ok(found),
        }
    }

    /// Engines of other results that a session was told to go on with: from, to, when; the oldest first.
    ///
    /// # Errors
    /// See [`JournalError`].
    pub fn accepted_engines(
        &self,
        session: i64,
    ) -> Result<Vec<(String, String, Timestamp)>, JournalError> {
        let sql = "SELECT from_version, to_version, at FROM accepted_engine WHERE session = ?1 ORDER BY rowid";
        self.all(sql, params![session], |row| {
            Ok((row.get(0)?, row.get(1)?, Timestamp(row.get(2)?)))
        })
    }

    /// Alerts of all sessions after the one of an id, oldest first, at most so many.
    ///
    /// # Errors
    /// See [`JournalError`].
    pub fn alerts_after(&self, id: i64, limit: u32) -> Result<Vec<(i64, String)>, JournalError> {
        let sql = "SELECT id, body FROM alert WHERE id > ?1 ORDER BY id LIMIT ?2";
        self.all(sql, params![id, limit], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
    }

    /// Id of the last alert; 0 = there is none.
    ///
    /// # Errors
    /// See [`JournalError`].
    pub fn last_alert(&self) -> Result<i64, JournalError> {
        let sql = "SELECT coalesce(max(id), 0) FROM alert";
        let last = self.connection.query_row(sql, [], |row| row.get(0));
        last.map_err(|e| self.error(e))
    }

    fn all<T>(
        &self,
        sql: &str,
        parameters: impl rusqlite::Params,
        read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>, JournalError> {
        let rows = || -> rusqlite::Result<Vec<T>> {
            let mut select = self.connection.prepare_cached(sql)?;
            select.query_map(parameters, read)?.collect()
        };
        rows().map_err(|e| self.error(e))
    }

    pub(super) fn error(&self, source: rusqlite::Error) -> JournalError {
        JournalError::sqlite(&self.path, source)
    }

    fn numbered<'a, T>(
        &self,
        select: &'a mut Statement<'_>,
        parameters: impl rusqlite::Params,
        read: fn(&Row<'_>) -> Result<T, Unreadable>,
    ) -> Result<Numbered<'a, T>, JournalError> {
        let rows = select.query(parameters).map_err(|e| self.error(e))?;
        let mut numbered = Numbered {
            rows,
            read,
            ahead: None,
        };
        numbered.next().map_err(|e| self.error(e))?;
        Ok(numbered)
    }

    fn unreadable(&self, session: i64, number: u64, why: Unreadable) -> JournalError {
        match why {
            Unreadable::Database(source @ rusqlite::Error::SqliteFailure(..)) => self.error(source),
            Unreadable::Database(source) => self.damaged(session, number, &source.to_string()),
            Unreadable::Value(why) => self.damaged(session, number, &why),
        }
    }

    fn damaged(&self, session: i64, number: u64, why: &str) -> JournalError {
        let name: rusqlite::Result<String> = (self.connection).query_row(
            "SELECT name FROM session WHERE id = ?1",
            [session],
            |row| row.get(0),
        );
        let name = name.unwrap_or_else(|_| session.to_string());
        JournalError::Damaged {
            path: self.path.clone(),
            why: format!("session {name}, input {number}: {why}"),
        }
    }
}

fn sha256_hex(bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes);
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A number as the database keeps it.
pub(super) fn signed(number: u64) -> i64 {
    i64::try_from(number).expect("a session has fewer inputs than there are milliseconds")
}

/// Rows whose first column is the number of an input, read one ahead.
struct Numbered<'a, T> {
    rows: Rows<'a>,
    read: fn(&Row<'_>) -> Result<T, Unreadable>,
    ahead: Option<(u64, Result<T, Unreadable>)>,
}

impl<T> Numbered<'_, T> {
    /// Number of the row that [`Self::next`] gives.
    fn number(&self) -> Option<u64> {
        self.ahead.as_ref().map(|(number, _)| *number)
    }

    fn next(&mut self) -> rusqlite::Result<Option<(u64, Result<T, Unreadable>)>> {
        let following = match self.rows.next()? {
            Some(row) => Some((row.get::<_, i64>(0)?.unsigned_abs(), (self.read)(row))),
            None => None,
        };
        Ok(std::mem::replace(&mut self.ahead, following))
    }
}
