//! What is asked of a running session, by whoever asks.

use std::path::PathBuf;
use std::sync::mpsc::Sender;

use super::change::Again;
use super::{End, Inbox, Runner};
use crate::control::{Added, Answer, Asked, Declined, Request};
use crate::domain::OnFault;
use crate::forward_test::control::Control;
use crate::forward_test::error::ForwardError;
use crate::persistence::Journal;

/// What becomes of a request.
pub(super) type Outcome = Result<Answer, Declined>;

/// A request fails by itself, or with the whole session.
pub(super) enum Failed {
    Request(Declined),
    Session(ForwardError),
}

impl From<Declined> for Failed {
    fn from(declined: Declined) -> Self {
        Self::Request(declined)
    }
}

impl From<ForwardError> for Failed {
    /// What the journal or the engine says ends the session; everything else is the request's own fault.
    fn from(error: ForwardError) -> Self {
        match error {
            ForwardError::Journal(_) | ForwardError::Session(_) => Self::Session(error),
            error => Self::Request(Declined {
                message: error.to_string(),
                hint: error.hint(),
            }),
        }
    }
}

impl Runner<'_> {
    pub(super) fn asked(&mut self, asked: Asked) -> Result<(), ForwardError> {
        let Asked {
            origin,
            request,
            reply,
        } = asked;
        let is_act = !matches!(request, Request::Status);
        if is_act {
            tracing::info!(%origin, ?request, "asked");
        }
        if let Request::Backup(path) = request {
            self.back_up(path, reply);
            return Ok(());
        }
        let who = origin.to_string();
        let answer = match self.answer(&who, request) {
            Ok(answer) => Ok(answer),
            Err(Failed::Request(declined)) => Err(declined),
            Err(Failed::Session(error)) => {
                let told = Declined {
                    message: error.to_string(),
                    hint: error.hint(),
                };
                self.replies.push((reply, Err(told)));
                return Err(error);
            }
        };
        if is_act {
            let result = answer.as_ref().err().map(|d| d.message.as_str());
            tracing::info!(%origin, declined = result, "answered");
        }
        self.replies.push((reply, answer));
        Ok(())
    }

    fn answer(&mut self, who: &str, request: Request) -> Result<Answer, Failed> {
        let text = match request {
            Request::Status => return Ok(Answer::Status(Box::new(self.snapshot()))),
            Request::Pause(name) => self.entries(who, name.as_deref(), false)?,
            Request::Resume(name) => self.entries(who, name.as_deref(), true)?,
            Request::Flatten(name) => self.flatten(who, name.as_deref())?,
            Request::Close { strategy, position } => self.close(who, &strategy, position)?,
            Request::Stop { strategy, how } => {
                let index = self.alive(&strategy)?;
                self.stop(who, index, how)?
            }
            Request::Remove { strategy, how } => {
                let index = self.known(&strategy)?;
                let text = self.stop(who, index, how)?;
                self.control(who, &Control::Forget { strategy: index })?;
                format!("{text}; it is forgotten")
            }
            Request::Add(added) => self.add(who, added)?,
            Request::Reload { force } => self.reload(who, force)?,
            Request::Roll { flatten } => self.roll(who, flatten)?,
            Request::Shutdown => {
                self.end = Some(End::Process);
                "the session ends now; everything is kept, the next start goes on".to_owned()
            }
            Request::Backup(_) => unreachable!("answered by a thread of its own"),
        };
        Ok(Answer::Done(text))
    }

    /// The strategy of a name that takes part.
    fn alive(&self, name: &str) -> Result<u32, Declined> {
        let index = self.known(name)?;
        let lane = &self.session.lanes[index as usize];
        match &lane.ended {
            None => Ok(index),
            Some((state, why)) => Err(Declined::new(
                format!("{name} is {}: {why}", state.name()),
                "`host ctl status` shows what runs; `host ctl reload` starts it again if it is declared",
            )),
        }
    }

    fn known(&self, name: &str) -> Result<u32, Declined> {
        self.session.lane_of(name).ok_or_else(|| {
            let mut names: Vec<&str> = Vec::new();
            for lane in &self.session.lanes {
                let name = lane.declared.name.as_str();
                if !names.contains(&name) {
                    names.push(name);
                }
            }
            let waiting = self.pending.iter().any(|p| p.declared.name == name);
            if waiting {
                return Declined::new(
                    format!("{name} waits for its history"),
                    "ask again when it has started",
                );
            }
            Declined::new(
                format!("there is no strategy `{name}` in this session"),
                format!("there are {}", names.join(", ")),
            )
        })
    }

    /// The one that is named, or all that take part.
    fn named(&self, name: Option<&str>) -> Result<Vec<u32>, Declined> {
        match name {
            Some(name) => Ok(vec![self.alive(name)?]),
            None => Ok((0..)
                .zip(&self.session.lanes)
                .filter(|(_, lane)| lane.ended.is_none())
                .map(|(index, _)| index)
                .collect()),
        }
    }

    fn entries(&mut self, who: &str, name: Option<&str>, allowed: bool) -> Result<String, Failed> {
        let lanes = self.named(name)?;
        let (mut changed, mut blocked) = (0, Vec::new());
        for strategy in lanes {
            let lane = &self.session.lanes[strategy as usize];
            if lane.paused == allowed {
                changed += 1;
                let control = Control::Entries {
                    strategy,
                    by_feed: false,
                    allowed,
                };
                self.control(who, &control)?;
            }
            let lane = &self.session.lanes[strategy as usize];
            if allowed && lane.starved {
                blocked.push(lane.declared.name.clone());
            }
        }
        if name.is_none() {
            for pending in &mut self.pending {
                pending.paused = !allowed;
            }
        }
        let done = if allowed {
            "may enter again"
        } else {
            "enters nothing new; its orders and exits go on"
        };
        let mut text = match name {
            Some(name) => format!("{name} {done}"),
            None => format!("{changed} strategies: each {done}"),
        };
        if !blocked.is_empty() {
            text.push_str(&format!(
                "; entries of {} stay blocked: a feed is stale",
                blocked.join(", ")
            ));
        }
        Ok(text)
    }

    /// Everything that was wanted at the start comes back with entries blocked.
    pub(super) fn pause_everything(&mut self, paused: bool) -> Result<(), ForwardError> {
        match self.entries("start", None, !paused) {
            Ok(_) => Ok(()),
            Err(Failed::Session(error)) => Err(error),
            Err(Failed::Request(declined)) => Err(ForwardError::World {
                message: declined.message,
                hint: declined.hint,
            }),
        }
    }

    fn flatten(&mut self, who: &str, name: Option<&str>) -> Result<String, Failed> {
        let lanes = match name {
            // One that was stopped with its positions kept may be flattened too.
            Some(name) => vec![self.known(name)?],
            None => (0..)
                .zip(&self.session.lanes)
                .filter(|(_, lane)| !lane.is_flat())
                .map(|(index, _)| index)
                .collect(),
        };
        let number = lanes.len();
        for strategy in lanes {
            self.control(who, &Control::Flatten { strategy })?;
        }
        let what = name.map_or_else(|| format!("{number} strategies"), str::to_owned);
        Ok(format!(
            "{what}: orders are canceled, positions close with the next fill of their market orders (the next minute under next-open)"
        ))
    }

    fn close(&mut self, who: &str, name: &str, position: u32) -> Result<String, Failed> {
        let strategy = self.known(name)?;
        let desk = self.session.lanes[strategy as usize]
            .engine()
            .trader(0)
            .desk();
        if desk.find_position(position).is_none() {
            let open: Vec<String> = desk
                .positions(None)
                .iter()
                .map(|p| p.id.to_string())
                .collect();
            return Err(Declined::new(
                format!("{name} has no open position {position}"),
                match open.as_slice() {
                    [] => "it has none at all".to_owned(),
                    open => format!("open are {}", open.join(", ")),
                },
            )
            .into());
        }
        self.control(who, &Control::Close { strategy, position })?;
        Ok(format!(
            "position {position} of {name} closes with the next fill of a market order"
        ))
    }

    /// Ends a strategy by a policy, its own where none is said.
    pub(super) fn stop(
        &mut self,
        who: &str,
        strategy: u32,
        how: Option<OnFault>,
    ) -> Result<String, Failed> {
        let lane = &self.session.lanes[strategy as usize];
        let name = lane.declared.name.clone();
        let policy = how.unwrap_or_else(|| lane.on_fault());
        if lane.ended.is_some() {
            return Ok(format!("{name} has ended already"));
        }
        let how = policy.name().to_owned();
        self.control(who, &Control::Stop { strategy, how })?;
        let what = match policy {
            OnFault::Flatten => "orders canceled, positions close with the next fill",
            OnFault::Cancel => {
                "orders that would open or increase canceled, positions keep their exits"
            }
            OnFault::Hold => "orders and positions stay as they are",
        };
        Ok(format!("{name} stopped: {what}"))
    }

    fn add(&mut self, who: &str, added: Added) -> Result<String, Failed> {
        let wishes = (self.again)(Again::Added(added))?;
        let mut names = Vec::new();
        for (name, wish, component) in self.load(wishes)? {
            let is_taken = self.pending.iter().any(|p| p.declared.name == name)
                || self
                    .session
                    .lane_of(&name)
                    .is_some_and(|index| self.session.lanes[index as usize].ended.is_none());
            if is_taken {
                return Err(Declined::new(
                    format!("there is a strategy `{name}` already"),
                    "give it another name: --name NAME",
                )
                .into());
            }
            self.want(&name, &wish, &component, None, who)?;
            names.push(name);
        }
        self.open_feeds()?;
        self.widen_all()?;
        self.advance()?;
        Ok(format!(
            "{} starts when its history is there",
            names.join(", ")
        ))
    }

    /// A copy of the journal is made beside the session.
    fn back_up(&mut self, path: PathBuf, reply: Sender<Outcome>) {
        let (database, sender) = (self.database.clone(), self.sender.clone());
        let work = move || {
            let copied = Journal::read_only(&database)
                .and_then(|reader| reader.backup(&path, &mut |_, _| {}))
                .map(|_| Answer::Done(format!("copied to {}", path.display())))
                .map_err(|e| Declined {
                    message: e.to_string(),
                    hint: e.hint(),
                });
            // The session may have ended meanwhile.
            let _ = sender.send(Inbox::Copied(reply, copied));
        };
        let started = std::thread::Builder::new()
            .name("backup".to_owned())
            .spawn(work);
        if let Err(error) = started {
            tracing::error!(%error, "no thread for a backup");
        }
    }
}
