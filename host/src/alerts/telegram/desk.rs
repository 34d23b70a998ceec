//! What commands do: each asks the session, and what it answers becomes a page.
//!
//! * `/stopentry` and `/stop` pause: nothing new is entered, while strategies, resting orders and exits go on. What `/stop` paused is
//!   remembered by name, and `/start` resumes that and nothing else; `/resume` resumes whatever is named.
//! * `/forceexit all` flattens, `/forceexit 3` closes one position; strategies go on.
//! * Everything is the paper account of this session: no command asks back.

use std::time::Duration;

use super::answers::{self, Period, View};
use super::commands::{Command, What};
use super::memory::Remembered;
use super::page::{Line, Page};
use crate::control::{Answer, Declined, Handle, Origin, Request};
use crate::query::{Snapshot, State, StrategyView};

/// How long the session may take to answer.
const PATIENCE: Duration = Duration::from_secs(10);
/// Rows of a list, if nothing is said, and at most.
const ROWS: (u32, u32) = (10, 100);
/// Periods of a table at most.
const PERIODS_MAX: u32 = 90;

/// What became of a command.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Outcome {
    /// What its sender is shown.
    pub(super) page: Page,
    /// The same in a sentence, for the audit log.
    pub(super) result: String,
}

/// Somebody's command, on its way through.
pub(super) struct Desk<'a> {
    /// The session.
    pub(super) handle: &'a Handle,
    /// Who asks.
    pub(super) origin: &'a Origin,
    /// What outlives the process.
    pub(super) remembered: &'a mut Remembered,
}

/// Why a command was not carried out.
enum Refusal {
    /// The session says so.
    Declined(Declined),
    /// The words make no sense.
    Words(Page),
}

impl From<Declined> for Refusal {
    fn from(declined: Declined) -> Self {
        Self::Declined(declined)
    }
}

/// The words of a command: a number, a strategy, in any order.
#[derive(Default)]
struct Words<'a> {
    number: Option<u32>,
    rest: Option<&'a str>,
}

impl<'a> Words<'a> {
    fn of(words: &[&'a str]) -> Result<Self, Refusal> {
        let mut found = Self::default();
        for word in words {
            match word.trim_start_matches('#').parse() {
                Ok(number) if found.number.is_none() => found.number = Some(number),
                _ if found.rest.is_none() => found.rest = Some(word),
                _ => {
                    return Err(Refusal::Words(Page::saying(format!(
                        "I do not understand `{word}`: /help"
                    ))));
                }
            }
        }
        Ok(found)
    }
}

impl Desk<'_> {
    /// Carries a command out.
    pub(super) fn carry_out(&mut self, command: &Command, words: &[String]) -> Outcome {
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        match self.answer(command.what, &words) {
            Ok(outcome) => outcome,
            Err(Refusal::Words(page)) => Outcome {
                page,
                result: "not understood".to_owned(),
            },
            Err(Refusal::Declined(declined)) => Outcome {
                result: format!("declined: {declined}"),
                page: refused(&declined),
            },
        }
    }

    fn answer(&mut self, what: What, words: &[&str]) -> Result<Outcome, Refusal> {
        match what {
            What::Start => self.start(),
            What::Stop => self.stop(words),
            What::StopEntry => self.one_or_all(words, Request::Pause),
            What::Resume => self.one_or_all(words, Request::Resume),
            What::ForceExit => self.force_exit(words),
            What::Reload => Ok(done(self.ask(Request::Reload { force: false })?)),
            What::Help => Ok(shown(answers::help())),
            other => self.show(other, words),
        }
    }

    /// Reads only.
    fn show(&mut self, what: What, words: &[&str]) -> Result<Outcome, Refusal> {
        let snapshot = self.snapshot()?;
        let is_table = |word: &&str| what == What::Status && word.eq_ignore_ascii_case("table");
        let wants_table = words.iter().any(&is_table);
        let others = words.iter().copied().filter(|word| !is_table(word));
        let words: Vec<&str> = others.collect();
        let words = Words::of(&words)?;
        let strategies = chosen(&snapshot, words.rest)?;
        let view = View {
            snapshot: &snapshot,
            strategies: &strategies,
        };
        let rows = words.number.unwrap_or(ROWS.0).clamp(1, ROWS.1) as usize;
        let periods = |period: Period| {
            let n = words.number.unwrap_or_else(|| period.usual());
            answers::periods(view, period, n.clamp(1, PERIODS_MAX))
        };
        Ok(shown(match what {
            What::Status if wants_table => answers::table(view),
            What::Status => match words.number {
                Some(id) if held(&strategies, id).is_empty() => no_position(&strategies, id),
                number => answers::status(view, number),
            },
            What::Profit => answers::profit(view, words.number),
            What::Balance => answers::balance(view),
            What::Daily => periods(Period::Day),
            What::Weekly => periods(Period::Week),
            What::Monthly => periods(Period::Month),
            What::Performance => answers::performance(view),
            What::Trades => answers::trades(view, rows),
            What::Count => answers::count(view),
            What::Locks => answers::locks(view),
            What::Logs => answers::logs(view, rows),
            What::Runs => answers::runs(view),
            What::ShowConfig => answers::config(view),
            What::Version => answers::version(view),
            _ => answers::help(),
        }))
    }

    /// State and help; resumes what `/stop` stopped. Every client sends this when somebody opens the chat: nothing else may start.
    fn start(&mut self) -> Result<Outcome, Refusal> {
        let snapshot = self.snapshot()?;
        let stopped = self.remembered.stopped(&snapshot.session);
        let mut lines = Vec::new();
        let mut left = Vec::new();
        for name in stopped {
            let is_paused = |s: &&StrategyView| s.name == name && s.state == State::Paused;
            if !snapshot.strategies.iter().any(|s| is_paused(&s)) {
                continue;
            }
            match self.ask(Request::Resume(Some(name.clone()))) {
                Ok(said) => lines.push(format!("▶️ {said}")),
                Err(declined) => {
                    lines.push(format!("❌ {name}: {declined}"));
                    left.push(name);
                }
            }
        }
        self.remembered.set_stopped(&snapshot.session, &left);
        let result = if lines.is_empty() {
            "shown".to_owned()
        } else {
            lines.join("; ")
        };
        let snapshot = if lines.is_empty() {
            snapshot
        } else {
            self.snapshot()?
        };
        let strategies: Vec<&StrategyView> = snapshot.strategies.iter().collect();
        let view = View {
            snapshot: &snapshot,
            strategies: &strategies,
        };
        let resumed = lines.iter().fold(Page::default(), |page, line| {
            page.line(Line::default().plain(line))
        });
        Ok(Outcome {
            page: resumed.page(answers::runs(view)).page(answers::help()),
            result,
        })
    }

    /// Pauses what is running, one by one, so that `/start` resumes just that.
    fn stop(&mut self, words: &[&str]) -> Result<Outcome, Refusal> {
        let snapshot = self.snapshot()?;
        let strategies = chosen(&snapshot, strategy_of(words)?)?;
        let mut stopped = self.remembered.stopped(&snapshot.session);
        let mut lines = Vec::new();
        let is_running = |s: &&&StrategyView| s.state.is_alive() && s.state != State::Paused;
        for strategy in strategies.iter().filter(is_running) {
            match self.ask(Request::Pause(Some(strategy.name.clone()))) {
                Ok(said) => {
                    lines.push(format!("⏸ {said}"));
                    stopped.push(strategy.name.clone());
                }
                Err(declined) => lines.push(format!("❌ {}: {declined}", strategy.name)),
            }
        }
        stopped.sort();
        stopped.dedup();
        self.remembered.set_stopped(&snapshot.session, &stopped);
        if lines.is_empty() {
            return Ok(shown(Page::saying(
                "Nothing to stop: no strategy lets entries in.",
            )));
        }
        let page = lines.iter().fold(Page::default(), |page, line| {
            page.line(Line::default().plain(line))
        });
        let note =
            "Exits and resting orders go on. /start resumes, /forceexit all closes positions.";
        Ok(Outcome {
            page: page.gap().line(Line::default().plain(note)),
            result: lines.join("; "),
        })
    }

    fn one_or_all(
        &mut self,
        words: &[&str],
        request: fn(Option<String>) -> Request,
    ) -> Result<Outcome, Refusal> {
        let name = strategy_of(words)?;
        let name = match name {
            None => None,
            Some(_) => {
                let snapshot = self.snapshot()?;
                let strategies = chosen(&snapshot, name)?;
                strategies.first().map(|s| s.name.clone())
            }
        };
        Ok(done(self.ask(request(name))?))
    }

    fn force_exit(&mut self, words: &[&str]) -> Result<Outcome, Refusal> {
        let snapshot = self.snapshot()?;
        let is_all = |word: &&str| word.eq_ignore_ascii_case("all");
        let wants_all = words.iter().any(&is_all);
        let others: Vec<&str> = words.iter().copied().filter(|w| !is_all(w)).collect();
        let words = Words::of(&others)?;
        let strategies = chosen(&snapshot, words.rest)?;
        let request = match (wants_all, words.number) {
            (true, None) => {
                let named = words.rest.and(strategies.first());
                Request::Flatten(named.map(|s| s.name.clone()))
            }
            (false, Some(id)) => match &held(&strategies, id)[..] {
                [] => return Err(Refusal::Words(no_position(&strategies, id))),
                [only] => Request::Close {
                    strategy: only.name.clone(),
                    position: id,
                },
                several => {
                    let say = format!("Several strategies have a position #{id}. Say which:");
                    let lines = several
                        .iter()
                        .map(|s| Line::default().code(format!("/forceexit {id} {}", s.name)));
                    let page = lines.fold(Page::saying(say), Page::line);
                    return Err(Refusal::Words(page));
                }
            },
            _ => {
                let say = "Say which position: /forceexit 3, /forceexit 3 strategy, /forceexit all";
                let page = Page::saying(say).page(answers::positions(&strategies));
                return Err(Refusal::Words(page));
            }
        };
        Ok(done(self.ask(request)?))
    }

    fn snapshot(&self) -> Result<Box<Snapshot>, Declined> {
        match self
            .handle
            .ask(self.origin.clone(), Request::Status, PATIENCE)?
        {
            Answer::Status(snapshot) => Ok(snapshot),
            Answer::Done(said) => Err(Declined::new(
                format!("the session said `{said}` instead of its status"),
                "this is a mistake of the host",
            )),
        }
    }

    fn ask(&self, request: Request) -> Result<String, Declined> {
        match self.handle.ask(self.origin.clone(), request, PATIENCE)? {
            Answer::Done(said) => Ok(said),
            Answer::Status(_) => Ok("done".to_owned()),
        }
    }
}

fn done(said: String) -> Outcome {
    Outcome {
        page: Page::saying(format!("✅ {said}")),
        result: said,
    }
}

fn shown(page: Page) -> Outcome {
    Outcome {
        page,
        result: "shown".to_owned(),
    }
}

fn refused(declined: &Declined) -> Page {
    let page = Page::saying(format!("❌ {declined}"));
    match &declined.hint {
        Some(hint) => page.line(Line::default().italic(hint)),
        None => page,
    }
}

/// The one word that may follow: a strategy.
fn strategy_of<'a>(words: &[&'a str]) -> Result<Option<&'a str>, Refusal> {
    match words {
        [] => Ok(None),
        [word] if word.eq_ignore_ascii_case("all") => Ok(None),
        [name] => Ok(Some(name)),
        [_, second, ..] => Err(Refusal::Words(Page::saying(format!(
            "I do not understand `{second}`: /help"
        )))),
    }
}

/// The strategy of a name, whatever its case: phones like capitals. Without one, all.
fn chosen<'a>(
    snapshot: &'a Snapshot,
    name: Option<&str>,
) -> Result<Vec<&'a StrategyView>, Refusal> {
    let Some(name) = name else {
        return Ok(snapshot.strategies.iter().collect());
    };
    let strategies = || snapshot.strategies.iter();
    let exact = strategies().find(|s| s.name == name);
    let found =
        exact.or_else(|| strategies().find(|s| s.name.to_lowercase() == name.to_lowercase()));
    found.map(|strategy| vec![strategy]).ok_or_else(|| {
        let lines = strategies().map(|s| Line::default().code(&s.name));
        let say = format!("There is no strategy `{name}`. There are:");
        Refusal::Words(lines.fold(Page::saying(say), Page::line))
    })
}

/// Those that have a position of this number.
fn held<'a>(strategies: &[&'a StrategyView], id: u32) -> Vec<&'a StrategyView> {
    let has = |s: &&&StrategyView| s.positions.iter().any(|line| line.id == id);
    strategies.iter().filter(has).copied().collect()
}

fn no_position(strategies: &[&StrategyView], id: u32) -> Page {
    Page::saying(format!("There is no open position #{id}.")).page(answers::positions(strategies))
}
