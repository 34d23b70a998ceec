//! What the venue's error codes mean, and what an answer means before it is read.

use serde::Deserialize;

use super::wire::json;
use super::{ARCHIVE, STATISTICS_POOL};
use crate::venues::rest::{Head, Request, Verdict, shown};

/// `{"code": -1121, "msg": "Invalid symbol."}`. Clients in restricted places get code 0.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct ErrorBody {
    /// Negative.
    pub code: i64,
    /// For people.
    #[serde(default)]
    pub msg: String,
}

/// What a code asks for. Source: `reference/exchanges/binance.md` section 15.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meaning {
    /// The clock differs: ask the venue's time.
    Clock,
    /// Signature, key, address or permission.
    Permission,
    /// Too many requests or orders, or the venue is overloaded.
    BackOff,
    /// Nobody knows whether it happened: ask before trying again.
    Unknown,
    /// No such symbol, length or combination.
    NoSuchThing,
    /// The period is refused.
    Period,
    /// Tick, step, bounds: our own mistake.
    Rules,
    /// Not enough money.
    Funds,
    /// The trigger price is crossed already.
    WouldTrigger,
    /// There is nothing to reduce.
    NothingToReduce,
    /// There is no such order, or it was rejected.
    NoOrder,
    /// Too many open orders.
    TooManyOrders,
    /// A tier or the leverage forbids it.
    LeverageLimit,
    /// It is so already: a success.
    NothingToChange,
    /// Margin or position mode cannot change now.
    ModeLocked,
    /// `positionSide` does not fit the account's mode.
    WrongMode,
    /// The client id is in use.
    DuplicateId,
    /// Conditional orders have an endpoint of their own.
    UseAlgoOrders,
    /// The account may not.
    Restricted,
    /// Fill-or-kill could not fill, or post-only would take.
    NotFillable,
    /// It came too late to the matching engine.
    TooLate,
}

/// Codes and what they mean.
const MEANINGS: [(Meaning, &[i64]); 21] = [
    (Meaning::Clock, &[-1021]),
    (Meaning::Permission, &[-1022, -2014, -2015]),
    (Meaning::BackOff, &[-1003, -1015, -1008, -5041]),
    (Meaning::Unknown, &[-1000, -1001, -1006, -1007]),
    (Meaning::NoSuchThing, &[-1121, -1120, -1128]),
    (Meaning::Period, &[-1130, -4166]),
    (
        Meaning::Rules,
        &[
            -1111, -4014, -4023, -4003, -4004, -4005, -4164, -4024, -4016, -4131,
        ],
    ),
    (Meaning::Funds, &[-2018, -2019, -4050, -4051]),
    (Meaning::WouldTrigger, &[-2021]),
    (Meaning::NothingToReduce, &[-2022, -4118, -4112]),
    (Meaning::NoOrder, &[-2010, -2011, -2013]),
    (Meaning::TooManyOrders, &[-2025, -4045]),
    (Meaning::LeverageLimit, &[-2027, -2028, -4028]),
    (Meaning::NothingToChange, &[-4046, -4059, -4171]),
    (Meaning::ModeLocked, &[-4047, -4048, -4067, -4068, -4531]),
    (Meaning::WrongMode, &[-4061]),
    (Meaning::DuplicateId, &[-4116, -4115]),
    (Meaning::UseAlgoOrders, &[-4120]),
    (Meaning::Restricted, &[-4192]),
    (Meaning::NotFillable, &[-5021, -5022]),
    (Meaning::TooLate, &[-5028, -4188]),
];

/// The meaning of a code, if it is a known one.
#[must_use]
pub fn meaning(code: i64) -> Option<Meaning> {
    if (-4211..=-4202).contains(&code) || (-4403..=-4400).contains(&code) {
        return Some(Meaning::Restricted);
    }
    let found = MEANINGS.iter().find(|(_, codes)| codes.contains(&code));
    found.map(|(meaning, _)| *meaning)
}

/// What an answer to a question for market data means.
pub(super) fn judge(request: &Request, head: Head<'_>) -> Verdict {
    if (200..300).contains(&head.status) {
        return Verdict::Good;
    }
    let body: Option<ErrorBody> = json("error", head.body).ok();
    let said = said(head, body.as_ref());
    if request.place == ARCHIVE {
        return judge_archive(head, said);
    }
    let wait = |why: String| Verdict::Wait {
        wait_ms: head.retry_after_s.map(|s| s.saturating_mul(1_000)),
        why,
    };
    match head.status {
        429 => wait(format!("too many requests: {said}")),
        418 => wait(format!("this address is banned for a while: {said}")),
        403 => wait(format!("the venue's firewall refuses: {said}")),
        451 => Verdict::Refused(format!(
            "binance does not serve the place this computer is in: {said}; its archive stays reachable, or import files with \
             `host data import`"
        )),
        408 | 500.. => Verdict::Retry(said),
        _ => match body.as_ref().and_then(|b| meaning(b.code)) {
            Some(Meaning::BackOff) => wait(said),
            Some(Meaning::Unknown) => Verdict::Retry(said),
            // History of statistics is thirty days long: what lies before has gone, it is not a mistake.
            Some(Meaning::Period) if request.pool == STATISTICS_POOL => Verdict::Absent,
            Some(Meaning::Period) => {
                Verdict::Refused(format!("binance refuses the period: {said}"))
            }
            Some(Meaning::NoSuchThing) => Verdict::Refused(format!(
                "binance knows no such symbol or candle length: {said} ({})",
                shown(&request.path)
            )),
            _ => Verdict::Refused(format!("binance refuses {}: {said}", shown(&request.path))),
        },
    }
}

/// Files are there or not; the bodies are of another program and mean nothing.
fn judge_archive(head: Head<'_>, said: String) -> Verdict {
    match head.status {
        404 => Verdict::Absent,
        429 => Verdict::Wait {
            wait_ms: head.retry_after_s.map(|s| s.saturating_mul(1_000)),
            why: said,
        },
        408 | 500.. => Verdict::Retry(said),
        _ => Verdict::Refused(format!(
            "the archive of binance refuses: {said}; a mirror can be set as {}",
            ARCHIVE.variable
        )),
    }
}

/// Status and words of an answer that is no good one.
fn said(head: Head<'_>, body: Option<&ErrorBody>) -> String {
    match body {
        Some(body) => format!(
            "{} (HTTP {}, code {})",
            shown(&body.msg),
            head.status,
            body.code
        ),
        None => format!("HTTP {}", head.status),
    }
}
