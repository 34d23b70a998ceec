//! Questions and replies of the stub, and the choice of rows that all venues share.

use std::collections::BTreeMap;

use super::market::Market;

/// A question to the market.
pub(super) struct Question<'a> {
    pub(super) market: &'a Market,
    pub(super) path: &'a str,
    pub(super) query: BTreeMap<String, String>,
    /// Rows added on both sides of what was asked: pages that overlap.
    pub(super) extra_rows: usize,
}

impl Question<'_> {
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.query.get(name).map(String::as_str)
    }

    /// A whole number; `Err` holds the name of one that is none.
    pub(super) fn number(&self, name: &str) -> Result<Option<i64>, String> {
        let text = self.text(name);
        text.map(|t| t.parse().map_err(|_| name.to_owned()))
            .transpose()
    }
}

/// Which of too many rows are given.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Prefer {
    Oldest,
    Newest,
}

/// Rows with `from <= time <= to` and `time <= now`, at most `limit`; `rows` ascend.
pub(super) struct Choice {
    pub(super) from: Option<i64>,
    pub(super) to: Option<i64>,
    pub(super) now: i64,
    pub(super) limit: usize,
    pub(super) prefer: Prefer,
    pub(super) extra_rows: usize,
}

impl Choice {
    pub(super) fn of<'a, T>(&self, rows: &'a [T], time: impl Fn(&T) -> i64) -> &'a [T] {
        let until = |bound: i64| rows.partition_point(|row| time(row) <= bound);
        let seen = until(self.now);
        let begin = self.from.map_or(0, |from| until(from - 1)).min(seen);
        let end = self.to.map_or(seen, until).clamp(begin, seen);
        let (begin, end) = match self.prefer {
            Prefer::Oldest => (begin, end.min(begin + self.limit)),
            Prefer::Newest => (begin.max(end.saturating_sub(self.limit)), end),
        };
        if begin == end {
            return &[];
        }
        &rows[begin.saturating_sub(self.extra_rows)..(end + self.extra_rows).min(seen)]
    }
}

/// An answer before faults.
#[derive(Debug, Clone)]
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) content_type: &'static str,
    /// Weight it costs, as Binance counts it.
    pub(super) weight: u32,
    pub(super) content: Content,
}

/// A body; rows are kept apart so that faults can repeat and shuffle them.
#[derive(Debug, Clone)]
pub(super) enum Content {
    Whole(Vec<u8>),
    Rows {
        before: String,
        rows: Vec<String>,
        after: String,
    },
}

const JSON: &str = "application/json";

impl Reply {
    pub(super) fn bytes(status: u16, content_type: &'static str, body: Vec<u8>) -> Self {
        Self {
            status,
            content_type,
            weight: 1,
            content: Content::Whole(body),
        }
    }

    pub(super) fn json(status: u16, body: impl Into<String>) -> Self {
        Self::bytes(status, JSON, body.into().into_bytes())
    }

    pub(super) fn text(status: u16, body: &str) -> Self {
        Self::bytes(status, "text/plain", body.as_bytes().to_vec())
    }

    /// A list of JSON rows between `before` and `after`.
    pub(super) fn rows(before: &str, rows: Vec<String>, after: &str) -> Self {
        Self {
            status: 200,
            content_type: JSON,
            weight: 1,
            content: Content::Rows {
                before: before.to_owned(),
                rows,
                after: after.to_owned(),
            },
        }
    }

    pub(super) fn weighing(mut self, weight: u32) -> Self {
        self.weight = weight;
        self
    }

    pub(super) fn body(self) -> Vec<u8> {
        match self.content {
            Content::Whole(bytes) => bytes,
            Content::Rows {
                before,
                rows,
                after,
            } => format!("{before}[{}]{after}", rows.join(",")).into_bytes(),
        }
    }
}

/// Parameters of a query, unescaped.
pub(super) fn pairs(query: &str) -> BTreeMap<String, String> {
    url::form_urlencoded::parse(query.as_bytes())
        .into_owned()
        .collect()
}
