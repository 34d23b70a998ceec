//! What can go wrong between a venue and us.

use rand_xoshiro::SplitMix64;
use rand_xoshiro::rand_core::{Rng as _, SeedableRng as _};

use super::Asked;
use super::answer::{Content, Reply};

/// Something that goes wrong with one request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Fault {
    /// 429 with this `Retry-After`; Bybit answers 200 with retCode 10006.
    TooMany {
        /// Seconds.
        retry_after_s: Option<u64>,
    },
    /// 418 (Bybit: 403 "access too frequent").
    Banned {
        /// Seconds.
        retry_after_s: u64,
    },
    /// This status with a page of HTML.
    Status(u16),
    /// The connection ends before a byte of the answer.
    Disconnect,
    /// `Content-Length` is right, the connection ends in the middle.
    CutMiddle,
    /// `Content-Length` promises more than comes.
    LengthTooLong,
    /// A chunked body whose last chunk never comes.
    ChunkedWithoutEnd,
    /// A body that ends in the middle of a row (a file: of its bytes), with the right length.
    Garbled,
    /// The first row twice, and the last.
    DuplicateRows,
    /// Rows from before and after what was asked as well, three on each side.
    Overlap,
    /// Rows in another order.
    Unsorted,
    /// The digest beside a file is that of another.
    WrongChecksum,
    /// 302 (POST: 307) to the same question elsewhere.
    Redirect,
    /// The body in gzip if the client takes it.
    Gzip,
    /// The answer comes late.
    Slow {
        /// Milliseconds.
        by_ms: u64,
    },
}

impl Fault {
    /// The client still receives what it asked for, whole and true (maybe twice or in disorder).
    pub(crate) fn leaves_it_whole(&self) -> bool {
        matches!(
            self,
            Self::DuplicateRows | Self::Overlap | Self::Unsorted | Self::Gzip | Self::Slow { .. }
        )
    }
}

/// Decides about a request before it is answered ([`Asked::status`] is not known yet).
pub(crate) type Rule = Box<dyn FnMut(&Asked) -> Option<Fault> + Send>;

/// About one request in `one_in` meets one of these faults, by seed and number of the request.
pub(crate) fn seeded(seed: u64, one_in: u64, faults: &[Fault]) -> Rule {
    let faults = faults.to_vec();
    Box::new(move |asked| {
        let mixed = seed ^ (asked.number as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let chance = SplitMix64::seed_from_u64(mixed).next_u64();
        let is_hit = chance.is_multiple_of(one_in);
        let which = (chance >> 32) as usize % faults.len();
        is_hit.then(|| faults[which].clone())
    })
}

/// The first so many requests whose path contains `path` meet this fault.
pub(crate) fn first(count: usize, path: &str, fault: Fault) -> Rule {
    let (mut left, path) = (count, path.to_owned());
    Box::new(move |asked| {
        let is_hit = left > 0 && asked.path.contains(&path);
        left -= usize::from(is_hit);
        is_hit.then(|| fault.clone())
    })
}

/// How rows of an answer are mistreated.
pub(super) fn twist(fault: &Fault, reply: &mut Reply) {
    match (fault, &mut reply.content) {
        (Fault::DuplicateRows, Content::Rows { rows, .. }) => {
            if let (Some(first), Some(last)) = (rows.first().cloned(), rows.last().cloned()) {
                rows.insert(0, first);
                rows.push(last);
            }
        }
        (Fault::Unsorted, Content::Rows { rows, .. }) => {
            let middle = rows.len() / 2;
            rows.rotate_left(middle);
            rows.reverse();
        }
        (Fault::WrongChecksum, Content::Whole(body)) => {
            // Another digit of the digest: nothing else changes.
            if let Some(first) = body.first_mut() {
                *first = if *first == b'0' { b'1' } else { b'0' };
            }
        }
        _ => {}
    }
}

/// The clock in Bybit's refusals.
pub(super) const BYBIT_MS: u64 = 1_700_000_000_000;

/// What a venue answers to a fault that replaces the answer.
pub(super) fn instead(fault: &Fault, asked: &Asked) -> Option<(Reply, Option<u64>)> {
    let is_bybit = asked.path.starts_with("/v5/");
    let has_codes = asked.path.starts_with("/fapi") || asked.path.starts_with("/api");
    let coded = |status, message: &str| {
        if has_codes {
            Reply::json(status, format!(r#"{{"code":-1003,"msg":"{message}"}}"#))
        } else {
            Reply::text(status, message)
        }
    };
    match fault {
        Fault::TooMany { retry_after_s } if is_bybit => {
            let body = format!(
                r#"{{"retCode":10006,"retMsg":"Too many visits!","result":{{}},"retExtInfo":{{}},"time":{BYBIT_MS}}}"#
            );
            Some((Reply::json(200, body), *retry_after_s))
        }
        Fault::TooMany { retry_after_s } => {
            Some((coded(429, "Too many requests."), *retry_after_s))
        }
        Fault::Banned { .. } if is_bybit => Some((Reply::text(403, "access too frequent"), None)),
        Fault::Banned { retry_after_s } => Some((
            coded(418, "Way too many requests; IP banned."),
            Some(*retry_after_s),
        )),
        Fault::Status(status) => {
            let page = "<html><body>something is wrong</body></html>";
            let reply = Reply::bytes(*status, "text/html", page.as_bytes().to_vec());
            Some((reply, None))
        }
        _ => None,
    }
}
