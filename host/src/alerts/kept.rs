//! Alerts and deliveries as [`crate::persistence`] keeps them.

use super::Alert;
use super::outbox::{AlertSource, DeliveryBook, Failure};
use super::telegram::memory::Memory;
use super::words::{self, Stamp};
use crate::domain::Timestamp;
use crate::persistence::{Deliveries, FailedAttempt, Reader};

/// One that another host wrote must not hold up those behind it: its place is told.
fn unreadable(id: i64, why: &str) -> Alert {
    let stamp = Stamp {
        key: format!("alert-{id}"),
        time: Timestamp(0),
    };
    words::unreadable(stamp, id, why)
}

impl AlertSource for Reader {
    fn after(&mut self, id: i64, limit: usize) -> Result<Vec<(i64, Alert)>, String> {
        let limit = u32::try_from(limit).unwrap_or(u32::MAX);
        let found = self.alerts_after(id, limit).map_err(|e| e.to_string())?;
        let read = |(id, json): (i64, String)| {
            let alert = serde_json::from_str(&json);
            (id, alert.unwrap_or_else(|e| unreadable(id, &e.to_string())))
        };
        Ok(found.into_iter().map(read).collect())
    }

    fn last(&mut self) -> Result<i64, String> {
        self.last_alert().map_err(|e| e.to_string())
    }
}

impl DeliveryBook for Deliveries {
    fn cursor(&mut self, sink: &str) -> Result<Option<i64>, String> {
        Self::cursor(self, sink).map_err(|e| e.to_string())
    }

    fn done(&mut self, sink: &str, id: i64) -> Result<(), String> {
        Self::done(self, sink, id).map_err(|e| e.to_string())
    }

    fn failed(&mut self, sink: &str, failure: &Failure) -> Result<(), String> {
        let attempt = FailedAttempt {
            id: failure.id,
            attempts: failure.attempts,
            next_at_ms: failure.next_at_ms,
            why: failure.why.clone(),
        };
        Self::failed(self, sink, &attempt).map_err(|e| e.to_string())
    }

    fn failure(&mut self, sink: &str) -> Result<Option<Failure>, String> {
        let found = Self::failure(self, sink).map_err(|e| e.to_string())?;
        Ok(found.map(|attempt| Failure {
            id: attempt.id,
            attempts: attempt.attempts,
            next_at_ms: attempt.next_at_ms,
            why: attempt.why,
        }))
    }

    fn dropped(&mut self, sink: &str, id: i64, why: &str) -> Result<(), String> {
        Self::dropped(self, sink, id, why).map_err(|e| e.to_string())
    }

    fn set_disabled(&mut self, sink: &str, why: Option<&str>) -> Result<(), String> {
        Self::set_disabled(self, sink, why).map_err(|e| e.to_string())
    }

    fn disabled(&mut self, sink: &str) -> Result<Option<String>, String> {
        Self::disabled(self, sink).map_err(|e| e.to_string())
    }
}

impl Memory for Deliveries {
    fn setting(&mut self, key: &str) -> Result<Option<String>, String> {
        Self::setting(self, key).map_err(|e| e.to_string())
    }

    fn set_setting(&mut self, key: &str, value: &str) -> Result<(), String> {
        Self::set_setting(self, key, value).map_err(|e| e.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::alerts::testing::alert;
    use crate::persistence::{Batch, Journal, NewSession};

    #[test]
    fn an_alert_nobody_can_read_is_told_by_its_place_and_holds_up_none() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("host.sqlite");
        let mut journal = Journal::open(&path).expect("a new journal");
        let row = journal.begin(NewSession {
            name: "paper".to_owned(),
            created: Timestamp(1),
            host_version: String::new(),
            engine_version: String::new(),
            config: String::new(),
            predecessor: None,
        });
        let json = |number| serde_json::to_string(&alert(number)).expect("text");
        let batch = Batch {
            alerts: vec![json(1), "{\"of\": \"a newer host\"}".to_owned(), json(3)],
            ..Batch::default()
        };
        journal
            .commit(row.expect("begun").id, &batch)
            .expect("kept");
        let mut source = Journal::read_only(&path).expect("a journal");
        let read = source.after(0, 10).expect("readable");
        let titles: Vec<&str> = read.iter().map(|(_, a)| a.title.as_str()).collect();
        assert_eq!(titles, ["title 1", "Alert 2 cannot be read", "title 3"]);
        assert_eq!(read[1].1.key, "alert-2");
    }
}
