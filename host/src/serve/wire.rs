//! Questions and answers on the control socket: one JSON document a line, each with the version of the protocol.
//!
//! ```text
//! {"version":1,"request":{"do":"pause","strategy":"trend"}}
//! {"version":1,"reply":{"done":"trend takes no new entries"}}
//! ```

use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::control::{Added, Answer, Declined, Request};
use crate::domain::OnFault;
use crate::serve::status::Status;

/// Version of the protocol.
pub const VERSION: u32 = 1;

/// Longest line of a question, bytes, its end included.
pub const LINE_BYTES: usize = 64 * 1024;

/// A question.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Question {
    version: u32,
    request: Wish,
}

/// Only what every version has.
#[derive(Deserialize)]
struct Versioned {
    version: u64,
}

/// [`Request`] on the wire.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case", deny_unknown_fields)]
enum Wish {
    Status {},
    Pause {
        strategy: Option<String>,
    },
    Resume {
        strategy: Option<String>,
    },
    Flatten {
        strategy: Option<String>,
    },
    Close {
        strategy: String,
        position: u32,
    },
    Stop {
        strategy: String,
        how: Option<How>,
    },
    Reload {
        force: bool,
    },
    Roll {
        flatten: bool,
    },
    Add {
        strategy: String,
        name: Option<String>,
        symbols: Vec<String>,
        parameters: Vec<String>,
        balance: Option<String>,
    },
    Remove {
        strategy: String,
        how: Option<How>,
    },
    Backup {
        to: String,
    },
    Shutdown {},
}

/// [`OnFault`] on the wire.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum How {
    Flatten,
    Cancel,
    Hold,
}

/// An answer, as the other side gets it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reply {
    /// The session at this moment.
    Status(Box<Status>),
    /// Done, in a sentence for people.
    Done(String),
    /// Not done.
    Declined {
        /// Names the thing and the value.
        message: String,
        /// What to do about it.
        hint: Option<String>,
    },
}

#[derive(Debug, Serialize, Deserialize)]
struct Answered {
    version: u32,
    reply: Reply,
}

/// How long the socket waits for the session's answer. Some things take a while: components are compiled, a journal is copied.
#[must_use]
pub fn patience(request: &Request) -> Duration {
    Duration::from_secs(match request {
        Request::Status => 5,
        Request::Backup(_) => 1_800,
        Request::Add(_) | Request::Reload { .. } | Request::Roll { .. } => 120,
        _ => 10,
    })
}

/// The line of a question, its end included.
///
/// # Errors
/// A path that is no text.
pub fn question(request: &Request) -> Result<String, Declined> {
    let question = Question {
        version: VERSION,
        request: Wish::try_from(request)?,
    };
    Ok(line(&question))
}

/// Reads the line of a question.
///
/// # Errors
/// What to answer: another version, or no question at all.
pub fn read_question(bytes: &[u8]) -> Result<Request, Declined> {
    let unreadable = |error: serde_json::Error| {
        Declined::new(
            format!("the control socket got no question it knows: {error}"),
            "a question is one line of JSON, as `host ctl` writes it",
        )
    };
    let found: Versioned = serde_json::from_slice(bytes).map_err(unreadable)?;
    if found.version != u64::from(VERSION) {
        return Err(Declined::new(
            format!(
                "the question is of version {} of the control protocol, this session serves version {VERSION}",
                found.version
            ),
            "use the `host` that runs the session",
        ));
    }
    let question: Question = serde_json::from_slice(bytes).map_err(unreadable)?;
    Ok(question.request.into())
}

/// The line of an answer, its end included.
#[must_use]
pub fn answer(outcome: Result<Answer, Declined>) -> String {
    let reply = match outcome {
        Ok(Answer::Status(snapshot)) => Reply::Status(Box::new(Status::from(&*snapshot))),
        Ok(Answer::Done(sentence)) => Reply::Done(sentence),
        Err(Declined { message, hint }) => Reply::Declined { message, hint },
    };
    line(&Answered {
        version: VERSION,
        reply,
    })
}

/// Reads the line of an answer.
///
/// # Errors
/// What is wrong with it, in words.
pub fn read_answer(bytes: &[u8]) -> Result<Reply, String> {
    let found: Versioned = serde_json::from_slice(bytes).map_err(|e| e.to_string())?;
    if found.version != u64::from(VERSION) {
        return Err(format!(
            "it is of version {} of the control protocol, this host reads version {VERSION}",
            found.version
        ));
    }
    let answered: Answered = serde_json::from_slice(bytes).map_err(|e| e.to_string())?;
    Ok(answered.reply)
}

/// JSON escapes line ends within text, so a document never holds one.
fn line(document: &impl Serialize) -> String {
    let mut text =
        serde_json::to_string(document).expect("plain structs with text for keys are JSON");
    text.push('\n');
    text
}

impl TryFrom<&Request> for Wish {
    type Error = Declined;

    fn try_from(request: &Request) -> Result<Self, Declined> {
        Ok(match request.clone() {
            Request::Status => Self::Status {},
            Request::Pause(strategy) => Self::Pause { strategy },
            Request::Resume(strategy) => Self::Resume { strategy },
            Request::Flatten(strategy) => Self::Flatten { strategy },
            Request::Close { strategy, position } => Self::Close { strategy, position },
            Request::Stop { strategy, how } => Self::Stop {
                strategy,
                how: how.map(Into::into),
            },
            Request::Reload { force } => Self::Reload { force },
            Request::Roll { flatten } => Self::Roll { flatten },
            Request::Add(added) => Self::Add {
                strategy: added.strategy,
                name: added.name,
                symbols: added.symbols,
                parameters: added.parameters,
                balance: added.balance,
            },
            Request::Remove { strategy, how } => Self::Remove {
                strategy,
                how: how.map(Into::into),
            },
            Request::Backup(path) => match path.into_os_string().into_string() {
                Ok(to) => Self::Backup { to },
                Err(path) => {
                    return Err(Declined::new(
                        format!("the path {} is not valid UTF-8", path.display()),
                        "choose another name for the copy",
                    ));
                }
            },
            Request::Shutdown => Self::Shutdown {},
        })
    }
}

impl From<Wish> for Request {
    fn from(wish: Wish) -> Self {
        match wish {
            Wish::Status {} => Self::Status,
            Wish::Pause { strategy } => Self::Pause(strategy),
            Wish::Resume { strategy } => Self::Resume(strategy),
            Wish::Flatten { strategy } => Self::Flatten(strategy),
            Wish::Close { strategy, position } => Self::Close { strategy, position },
            Wish::Stop { strategy, how } => Self::Stop {
                strategy,
                how: how.map(Into::into),
            },
            Wish::Reload { force } => Self::Reload { force },
            Wish::Roll { flatten } => Self::Roll { flatten },
            Wish::Add {
                strategy,
                name,
                symbols,
                parameters,
                balance,
            } => Self::Add(Added {
                strategy,
                name,
                symbols,
                parameters,
                balance,
            }),
            Wish::Remove { strategy, how } => Self::Remove {
                strategy,
                how: how.map(Into::into),
            },
            Wish::Backup { to } => Self::Backup(PathBuf::from(to)),
            Wish::Shutdown {} => Self::Shutdown,
        }
    }
}

impl From<OnFault> for How {
    fn from(policy: OnFault) -> Self {
        match policy {
            OnFault::Flatten => Self::Flatten,
            OnFault::Cancel => Self::Cancel,
            OnFault::Hold => Self::Hold,
        }
    }
}

impl From<How> for OnFault {
    fn from(how: How) -> Self {
        match how {
            How::Flatten => Self::Flatten,
            How::Cancel => Self::Cancel,
            How::Hold => Self::Hold,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::serve::testing::every_request;

    #[test]
    fn every_request_comes_back_as_it_was() {
        for request in every_request() {
            let line = question(&request).expect("the paths are text");
            assert_eq!(line.matches('\n').count(), 1, "one line: {line}");
            assert_eq!(read_question(line.as_bytes()), Ok(request));
        }
    }

    #[test]
    fn another_version_is_named_with_ours() {
        let declined = read_question(br#"{"version":7,"request":{"do":"dance"}}"#)
            .expect_err("there is no version 7");
        assert!(
            declined.message.contains("version 7") && declined.message.contains("version 1"),
            "{declined}"
        );
        let answer = read_answer(br#"{"version":2,"reply":"x"}"#).expect_err("nor version 2");
        assert!(answer.contains("version 2"), "{answer}");
    }

    #[test]
    fn what_is_unknown_is_declined_not_guessed() {
        for text in [
            r#"{"version":1,"request":{"do":"dance"}}"#,
            r#"{"version":1,"request":{"do":"pause","strategy":null,"until":5}}"#,
            r#"{"version":1,"request":{"do":"close","strategy":"a"}}"#,
            r#"{"version":1,"request":{"do":"close","strategy":"a","position":-1}}"#,
            r#"{"version":1,"request":{"do":"stop","strategy":"a","how":"explode"}}"#,
            r#"{"version":1}"#,
            r#"{"request":{"do":"status"}}"#,
            "null",
            "",
        ] {
            assert!(read_question(text.as_bytes()).is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn hostile_bytes_are_declined_without_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = read_question(&bytes);
            let _ = read_answer(&bytes);
        }

        #[test]
        fn almost_questions_are_declined_without_a_panic(
            cut in 0_usize..80, byte in any::<u8>(), text in ".{0,20}",
        ) {
            let mut line = question(&Request::Pause(Some(text))).expect("text").into_bytes();
            // The end of the line itself may be missing.
            let place = cut % (line.len() - 1);
            line[place] = byte;
            let _ = read_question(&line);
            line.truncate(place);
            prop_assert!(read_question(&line).is_err());
        }
    }
}
