//! Answers to signed actions. HTTP 200 says nothing: a refusal is an answer like any other.

use serde::Deserialize;

use super::Text;
use crate::domain::{Price, Qty};

/// The answer to an action.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(tag = "status", content = "response", rename_all = "lowercase")]
pub enum Answer {
    /// It was looked at; each order has its own outcome.
    Ok(Response),
    /// Refused as a whole: why.
    Err(String),
}

/// What an accepted action says.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Response {
    /// The action: `order`, `cancel`, `default`.
    #[serde(rename = "type")]
    pub action: String,
    /// Outcomes, where the action has any.
    pub data: Option<Outcomes>,
}

/// Outcomes in the order of the request.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Outcomes {
    /// One for each order or cancel.
    pub statuses: Vec<Outcome>,
}

/// What became of one order or cancel.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Outcome {
    /// It waits in the book.
    Resting {
        /// The venue's id.
        oid: u64,
        /// The sender's id.
        cloid: Option<String>,
    },
    /// It traded.
    #[serde(rename_all = "camelCase")]
    Filled {
        /// Coins.
        total_sz: Text<Qty>,
        /// Average price.
        avg_px: Text<Price>,
        /// The venue's id.
        oid: u64,
    },
    /// Refused: why.
    Error(String),
    /// Canceled.
    Success,
    /// A child that waits for its parent.
    WaitingForFill,
    /// A child that waits for its price.
    WaitingForTrigger,
}
