//! What is asked of a running session, by whoever asks.

use std::path::PathBuf;
use std::sync::mpsc::Sender;

use super::change::Again;
use super::{End, Inbox, Runner};
use crate::control::{Added, Answer, Asked, Declined, Origin, Request};
use crate::domain::OnFault;
use crate::forward_test::control::Control;
use crate::forward_test::error::ForwardError;
use crate::forward_test::view::Detail;
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
        let detail = match origin {
            Origin::Probe => Detail::Figures,
            _ => Detail::Whole,
        };
        if is_act {
            tracing::info!(%origin, ?request, "asked");
        }
        if let Request::Backup(path) = request {
            self.back_up(path, reply);
            return Ok(());
        }
        let who = origin.to_string();
        let answer = match self.answer(&who, request, detail) {
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

    fn answer(&mut self, who: &str, request: Request, detail: Detail) -> Result<Answer, Failed> {
        let text = match request {
            Request::Status => return Ok(Answer::Status(Box::new(self.picture(detail)))),
            Request::Pause(name) => self.entries(who, name.as_deref(), false)?,
            Request::Resume(name) => self.resume(who, name.as_deref())?,
            Request::Flatten(name) => self.flatten(who, name.as_deref())?,
            Request::Close { strategy, position } => self.close(who, &strategy, position)?,
            Request::Stop { strategy, how } => {
                if self.call_off(who, &strategy)? {
                    self.advance()?;
                    format!("{strategy} waited for its start, and does not start")
                } else {
                    let index = self.alive(&strategy)?;
                    self.stop(who, index, how)?
                }
            }
            Request::Remove { strategy, how } => self.remove(who, &strategy, how)?,
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

    fn remove(&mut self, who: &str, name: &str, how: Option<OnFault>) -> Result<String, Failed> {
        let was_waiting = self.call_off(who, name)?;
        if was_waiting {
            self.advance()?;
            if self.session.lane_of(name).is_none() {
                return Ok(format!("{name} waited for its start; it is forgotten"));
            }
        }
        let strategy = self.known(name)?;
        let text = self.stop(who, strategy, how)?;
        self.control(who, &Control::Forget { strategy })?;
        Ok(format!("{text}; it is forgotten"))
    }

    /// While a session is being rolled nothing new begins in it.
    pub(super) fn not_while_rolling(&self) -> Result<(), Declined> {
        if self.session.rolling.is_none() {
            return Ok(());
        }
        let open = self.session.lanes.iter().filter(|lane| !lane.is_flat());
        let names: Vec<&str> = open.map(|lane| lane.declared.name.as_str()).collect();
        Err(Declined::new(
            format!(
                "the session is being rolled and waits until {} {} flat",
                names.join(", "),
                if names.len() == 1 { "is" } else { "are" }
            ),
            "ask again when its successor runs, or call the roll off: host ctl resume",
        ))
    }

    /// Of all: a roll that waits is called off.
    fn resume(&mut self, who: &str, name: Option<&str>) -> Result<String, Failed> {
        if name.is_some() {
            self.not_while_rolling()?;
        }
        let was_rolling = self.session.rolling.is_some();
        if was_rolling {
            self.control(who, &Control::Unroll)?;
        }
        let text = self.entries(who, name, true)?;
        Ok(match was_rolling {
            true => format!("the session is not rolled; {text}"),
            false => text,
        })
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
            for lane in self.session.lanes.iter().filter(|lane| lane.is_known()) {
                let name = lane.declared.name.as_str();
                if !names.contains(&name) {
                    names.push(name);
                }
            }
            if self.is_waiting(name) {
                return Declined::new(
                    format!("{name} waits for its history"),
                    "ask again when it has started",
                );
            }
            names.extend(self.pending.iter().map(|p| p.declared.name.as_str()));
            let hint = match names.as_slice() {
                [] => "there is none: `host ctl add` starts one".to_owned(),
                [only] => format!("there is {only}"),
                names => format!("there are {}", names.join(", ")),
            };
            Declined::new(
                format!("there is no strategy `{name}` in this session"),
                hint,
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
        let mut changed = self.entries_of_waiting(who, name, allowed)?;
        let lanes = match name {
            Some(name) if self.is_waiting(name) => Vec::new(),
            name => self.named(name)?,
        };
        let mut blocked = Vec::new();
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
        let done = if allowed {
            "may enter again"
        } else {
            "enters nothing new; its orders and exits go on"
        };
        let mut text = match name {
            Some(name) => format!("{name} {done}"),
            None if changed == 0 && allowed => "nobody was paused".to_owned(),
            None if changed == 0 => "everybody is paused already".to_owned(),
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

    /// The same for strategies that wait for their start; how many changed.
    fn entries_of_waiting(
        &mut self,
        who: &str,
        name: Option<&str>,
        allowed: bool,
    ) -> Result<usize, ForwardError> {
        let mut changed = 0;
        for index in 0..self.pending.len() {
            let pending = &mut self.pending[index];
            let is_meant = name.is_none_or(|name| pending.declared.name == name);
            if is_meant && pending.paused == allowed {
                pending.paused = !allowed;
                let want = Control::Want {
                    declared: Box::new(pending.declared.clone()),
                    replaces: pending.replaces,
                    paused: pending.paused,
                };
                self.control(who, &want)?;
                changed += 1;
            }
        }
        Ok(changed)
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
        self.not_while_rolling()?;
        let wishes = (self.again)(Again::Added(added))?;
        let mut names = Vec::new();
        for (name, wish, component) in self.load(wishes, &[])? {
            let there = self.session.lane_of(&name);
            let is_at_work = |index: u32| self.session.lanes[index as usize].is_at_work();
            if self.is_waiting(&name) || there.is_some_and(is_at_work) {
                return Err(Declined::new(
                    format!("there is a strategy `{name}` already"),
                    "give it another name: --name NAME",
                )
                .into());
            }
            self.want(&name, &wish, &component, None, who)?;
            names.push(name);
        }
        if let Err(error) = self.open_feeds() {
            for name in &names {
                self.call_off(who, name)?;
            }
            return Err(error.into());
        }
        self.widen_all()?;
        self.advance()?;
        Ok(format!(
            "{} starts when its history is there",
            names.join(", ")
        ))
    }

    /// A copy of the journal is made beside the session.
    fn back_up(&mut self, path: PathBuf, reply: Sender<Outcome>) {
        let (database, post) = (self.database.clone(), self.post.clone());
        let work = move || {
            let copied = Journal::read_only(&database)
                .and_then(|reader| reader.backup(&path, &mut |_, _| {}))
                .map(|_| Answer::Done(format!("copied to {}", path.display())))
                .map_err(|e| Declined {
                    message: e.to_string(),
                    hint: e.hint(),
                });
            // The session may have ended meanwhile.
            post.send(Inbox::Copied(reply, copied));
        };
        let started = std::thread::Builder::new()
            .name("backup".to_owned())
            .spawn(work);
        if let Err(error) = started {
            tracing::error!(%error, "no thread for a backup");
        }
    }
}
