//! Alerts that wait become what is sent: those that are off are passed over, bursts of notices become one.

use std::collections::BTreeMap;

use super::{Alert, Kind, Level, Tone, Volume, Volumes};
use crate::analysis::format;

/// Notices in a row that are still told one by one: as many as a message of Discord holds.
const BURST: usize = 10;
/// Notices of a burst whose titles are told.
const TITLES: usize = 25;

/// One alert to send, and what is done with when it is taken.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Parcel {
    /// What is sent.
    pub(super) alert: Alert,
    /// How loud.
    pub(super) volume: Volume,
    /// The last alert it covers.
    pub(super) last: i64,
    /// Alerts in it.
    pub(super) count: u64,
}

/// What is to be sent of a batch, oldest first.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Gathered {
    /// Everything up to here is off, if anything is at the front.
    pub(super) passed: Option<i64>,
    /// The rest. Alerts that are off are covered by the parcel before them.
    pub(super) parcels: Vec<Parcel>,
}

/// Gathers alerts in ascending order of their ids. Only notices that follow each other are joined: nothing else changes its place,
/// and whatever is an error or a warning is told by itself.
pub(super) fn gather(batch: &[(i64, Alert)], volumes: &Volumes) -> Gathered {
    let mut gathered = Gathered::default();
    let mut run: Vec<Parcel> = Vec::new();
    for (id, alert) in batch {
        let volume = volumes.of(alert);
        if volume == Volume::Off {
            let before = run.last_mut().or(gathered.parcels.last_mut());
            match before {
                Some(parcel) => parcel.last = *id,
                None => gathered.passed = Some(*id),
            }
            continue;
        }
        let parcel = Parcel {
            alert: alert.clone(),
            volume,
            last: *id,
            count: 1,
        };
        if plural(alert.kind).is_some() && alert.level == Level::Info {
            run.push(parcel);
        } else {
            gathered.parcels.append(&mut joined(&mut run));
            gathered.parcels.push(parcel);
        }
    }
    gathered.parcels.append(&mut joined(&mut run));
    gathered
}

/// A few as they are, many as one.
fn joined(run: &mut Vec<Parcel>) -> Vec<Parcel> {
    let run = std::mem::take(run);
    match &run[..] {
        [first, .., last] if run.len() > BURST => vec![Parcel {
            alert: burst(&run),
            volume: run.iter().map(|p| p.volume).max().unwrap_or(first.volume),
            last: last.last,
            count: run.len() as u64,
        }],
        _ => run,
    }
}

/// One notice that tells of many.
fn burst(run: &[Parcel]) -> Alert {
    let (first, last) = (&run[0].alert, &run[run.len() - 1].alert);
    let mut counts: BTreeMap<Kind, u64> = BTreeMap::new();
    for parcel in run {
        *counts.entry(parcel.alert.kind).or_default() += 1;
    }
    let counted: Vec<String> = counts
        .into_iter()
        .map(|(kind, n)| format!("{} {}", format::count(n), plural(kind).unwrap_or_default()))
        .collect();
    let mut lines: Vec<String> = run.iter().take(TITLES).map(|p| line(&p.alert)).collect();
    if run.len() > TITLES {
        lines.push(format!("… and {} more", run.len() - TITLES));
    }
    let is_one_strategy = run.iter().all(|p| p.alert.strategy == first.strategy);
    Alert {
        key: format!("{} … {}", first.key, last.key),
        time_ms: last.time_ms,
        level: Level::Info,
        kind: last.kind,
        tone: Tone::Neutral,
        strategy: first.strategy.clone().filter(|_| is_one_strategy),
        title: format!(
            "{} in {}",
            counted.join(", "),
            span(last.time_ms - first.time_ms)
        ),
        text: lines.join("\n"),
        fields: Vec::new(),
        equity: Vec::new(),
    }
}

fn line(alert: &Alert) -> String {
    match &alert.strategy {
        Some(strategy) => format!("• {strategy}: {}", alert.title),
        None => format!("• {}", alert.title),
    }
}

#[expect(clippy::cast_precision_loss, reason = "a length of time for people")]
fn span(ms: i64) -> String {
    match ms / 1_000 {
        seconds @ ..120 => format!("{} s", seconds.max(1)),
        seconds => format::duration(Some(seconds as f64)),
    }
}

/// What many of a kind are called; none of a kind that is never joined.
fn plural(kind: Kind) -> Option<&'static str> {
    match kind {
        Kind::StrategyStarted => Some("strategies started"),
        Kind::StrategyStopped => Some("strategies stopped"),
        Kind::TradeOpened => Some("trades opened"),
        Kind::TradeClosed => Some("trades closed"),
        Kind::OrderRejected => Some("orders rejected"),
        Kind::FeedLost => Some("feeds lost"),
        Kind::FeedBack => Some("feeds back"),
        Kind::FromStrategy => Some("messages of strategies"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::alerts::testing::alert;

    fn batch(ids: std::ops::RangeInclusive<i64>) -> Vec<(i64, Alert)> {
        ids.map(|id| (id, alert(id))).collect()
    }

    #[test]
    fn ten_notices_are_told_one_by_one_and_eleven_as_one() {
        let volumes = Volumes::default();
        assert_eq!(gather(&batch(1..=10), &volumes).parcels.len(), 10);
        let gathered = gather(&batch(1..=11), &volumes);
        let [parcel] = &gathered.parcels[..] else {
            panic!("one was expected: {gathered:?}");
        };
        assert_eq!((parcel.last, parcel.count), (11, 11));
        assert_eq!(parcel.alert.title, "11 trades closed in 10 s");
        assert_eq!(parcel.alert.key, "s-1-0 … s-11-0");
        assert!(
            parcel
                .alert
                .text
                .starts_with("• ma: title 1\n• ma: title 2\n")
        );
    }

    #[test]
    fn an_error_within_a_burst_stays_itself_and_in_its_place() {
        let mut alerts = batch(1..=30);
        alerts[14].1.level = Level::Error;
        let gathered = gather(&alerts, &Volumes::default());
        let covered: Vec<_> = gathered.parcels.iter().map(|p| (p.last, p.count)).collect();
        assert_eq!(covered, [(14, 14), (15, 1), (30, 15)]);
        assert_eq!(gathered.parcels[1].alert, alerts[14].1);
    }

    #[test]
    fn a_burst_is_as_loud_as_its_loudest() {
        let mut alerts = batch(1..=12);
        for (_, alert) in &mut alerts {
            alert.kind = Kind::OrderRejected;
        }
        let volume = |alerts: &[_]| gather(alerts, &Volumes::default()).parcels[0].volume;
        assert_eq!(volume(&alerts), Volume::Silent);
        alerts[7].1.kind = Kind::TradeOpened;
        assert_eq!(volume(&alerts), Volume::On);
    }

    #[test]
    fn what_is_off_is_passed_over_and_covered() {
        let mut volumes = Volumes::default();
        volumes.set("parity", "off").expect("both exist");
        let mut alerts = batch(1..=6);
        for place in [0, 1, 3, 5] {
            alerts[place].1.kind = Kind::Parity;
        }
        let gathered = gather(&alerts, &volumes);
        assert_eq!(gathered.passed, Some(2));
        let lasts: Vec<_> = gathered.parcels.iter().map(|p| p.last).collect();
        assert_eq!(lasts, [4, 6]);
    }

    #[test]
    fn a_long_burst_names_the_first_and_counts_the_rest() {
        let gathered = gather(&batch(1..=500), &Volumes::default());
        let text = &gathered.parcels[0].alert.text;
        assert_eq!(text.lines().count(), 26);
        assert!(text.ends_with("… and 475 more"), "{text}");
        assert_eq!(gathered.parcels[0].alert.title, "500 trades closed in 8m");
    }
}
