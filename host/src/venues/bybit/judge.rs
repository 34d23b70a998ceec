//! What an answer means before its content is read: the HTTP status, and the code inside answers of status 200.
//! Source: `exchanges/bybit.md` sections 14 and 15.

use super::wire::{Status, decode};
use super::{ARCHIVE, VENUE};
use crate::venues::rest::{Head, Request, Verdict, shown};

/// What the venue asks of those who were too fast.
const BAN_MS: u64 = 10 * 60_000;

/// Judges an answer.
pub(super) fn judge(request: &Request, head: Head<'_>) -> Verdict {
    match head.status {
        200..=299 if request.place == ARCHIVE => Verdict::Good,
        404 if request.place == ARCHIVE => Verdict::Absent,
        200..=299 => by_code(request, head.body),
        403 => forbidden(head.body),
        429 => Verdict::Wait {
            wait_ms: head.retry_after_s.map(|s| s.saturating_mul(1_000)),
            why: said(head),
        },
        408 | 500..=599 => Verdict::Retry(said(head)),
        _ => Verdict::Refused(format!("{VENUE} refuses {}: {}", request.path, said(head))),
    }
}

fn by_code(request: &Request, body: &[u8]) -> Verdict {
    let status: Status = match decode("answer", body) {
        Ok(status) => status,
        // Pages of the content network between us and the venue, or an answer that broke off.
        Err(e) => return Verdict::Retry(e.to_string()),
    };
    let said = format!("code {}, {}", status.ret_code, shown(&status.ret_msg));
    match status.ret_code {
        0 => Verdict::Good,
        10_006 | 10_429 | 20_003 => Verdict::Wait {
            wait_ms: None,
            why: format!("{VENUE}: {said}"),
        },
        // Overload, and a clock that differs: questions without a key carry no time, so it is the venue's own.
        429 | 10_000 | 10_002 | 10_016 | 10_019 => Verdict::Retry(format!("{VENUE}: {said}")),
        _ => Verdict::Refused(format!("{VENUE} refuses {}: {said}", request.path)),
    }
}

/// Too fast, or a country that is not served: both answer 403, and only the text tells them apart. Without a text it is taken for
/// the first, because going on would make that worse.
fn forbidden(body: &[u8]) -> Verdict {
    let text = String::from_utf8_lossy(&body[..body.len().min(4_096)]).to_lowercase();
    let is_ban = text.contains("too frequent") || text.trim().is_empty();
    if is_ban {
        return Verdict::Wait {
            wait_ms: Some(BAN_MS),
            why: format!("{VENUE}: HTTP 403, access too frequent"),
        };
    }
    let place = if text.contains("<html") || text.contains("country") {
        "it does not serve the country this request came from; a mirror or another network may"
    } else {
        "it does not say why"
    };
    Verdict::Refused(format!("{VENUE}: HTTP 403, {place}"))
}

fn said(head: Head<'_>) -> String {
    let text = String::from_utf8_lossy(&head.body[..head.body.len().min(300)]);
    let text = shown(text.trim());
    format!("HTTP {}: {}", head.status, text.escape_debug())
}
