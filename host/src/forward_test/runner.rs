//! The session thread: what arrives is applied in the order it arrives, journaled, and only then has effects.

mod ask;
mod change;
mod feeds;
mod inbox;
mod opening;
mod roll;
mod tell;

pub use change::{Again, DropIn};

use std::any::Any;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::Sender;
use std::time::{Duration, Instant};

use crate::alerts::{Alert, Dispatch};
use crate::control::{Asked, Declined, Handle};
use crate::data::live::{Arrived, LiveFeed, Wake};
use crate::domain::InstrumentKind;
use crate::forward_test::control::Control;
use crate::forward_test::error::ForwardError;
use crate::forward_test::parity::Proof;
use crate::forward_test::percentiles::Percentiles;
use crate::forward_test::recover::{self, engine_version};
use crate::forward_test::session::{Effects, Session};
use crate::forward_test::supply::{Components, JournalSupply};
use crate::forward_test::venues::Venues;
use crate::forward_test::wish::Wish;
use crate::persistence::{Batch, Input, Journal, NewSession, Origin, SessionRow};
use crate::strategy::Runtime;
use crate::venues::socket::wall_clock;
use ask::Outcome;
use feeds::Book;
use inbox::{Arrivals, Post, inbox};
use opening::Pending;

/// What a session is run with.
pub struct Setup {
    /// The journal.
    pub database: PathBuf,
    /// Name of a session that begins.
    pub name: String,
    /// The strategies that are wanted.
    pub wishes: Vec<Wish>,
    /// Where markets come from.
    pub venues: Venues,
    /// Loads components.
    pub runtime: Runtime,
    /// Says again what is wanted: a file that is read again, a strategy that is added, a component that was dropped in.
    pub again: Box<dyn FnMut(Again) -> Result<Vec<Wish>, Declined> + Send>,
    /// The folder that is watched.
    pub drop_in: Option<DropIn>,
    /// `forward.toml` as it was understood, kept in the journal.
    pub config: String,
    /// A file of declarations is read: what it does not name anymore ends.
    pub has_file: bool,
    /// Come back with entries blocked.
    pub paused: bool,
    /// Go on with a journal of another engine.
    pub accept_new_engine: bool,
    /// Settings for people, without secrets.
    pub settings: Vec<(String, String)>,
}

/// What lives beside a session: it is given the handle and ends with it.
pub struct Outside {
    /// Brings alerts to their readers.
    pub dispatch: Dispatch,
    /// Whatever else is kept until the end: sockets, servers, bots.
    pub others: Vec<Box<dyn Any>>,
}

/// Makes what lives beside a session.
pub type Surroundings<'a> = dyn FnMut(Handle) -> Result<Outside, ForwardError> + 'a;

/// Something for whoever watches the process.
#[derive(Debug, Clone, PartialEq)]
pub enum Told {
    /// The journal is followed: inputs so far.
    Following(u64),
    /// A line for people.
    Line(String),
    /// Something its user is alerted of.
    Alert(Box<Alert>),
    /// Every strategy that was wanted at the start trades.
    Ready,
}

/// How a session ended.
#[derive(Debug, Clone, PartialEq)]
pub struct Ended {
    /// Its name.
    pub session: String,
    /// Inputs journaled.
    pub inputs: u64,
    /// Is it equal to backtests of the same data, strategy by strategy.
    pub proof: Option<Proof>,
}

/// Everything that reaches the session thread.
pub(super) enum Inbox {
    Feed(usize, Arrived),
    Asked(Asked),
    Proved(Result<Proof, String>),
    /// A copy of the journal is done, or not.
    Copied(Sender<Outcome>, Outcome),
}

/// At most so much is applied before it is committed.
const AT_ONCE: usize = 512;
/// Between two looks at the clock where nothing arrives.
const LOOK: Duration = Duration::from_millis(50);
/// Alerts that wait at the end are given so long.
const FAREWELL: Duration = Duration::from_secs(5);

/// Now, by the clock of this machine that never goes back.
#[expect(
    clippy::disallowed_methods,
    reason = "pauses and figures of the session thread; what moves a strategy comes from the venue"
)]
fn now() -> Instant {
    Instant::now()
}

/// Why the loop ends.
enum End {
    /// The process ends; the session goes on at the next start.
    Process,
    /// The session has a successor.
    Rolled,
}

struct Runner<'a> {
    tell: &'a mut dyn FnMut(Told),
    outside: Outside,
    post: Post,
    inbox: Arrivals,
    journal: Journal,
    row: SessionRow,
    session: Session,
    components: Components,
    venues: Venues,
    again: Box<dyn FnMut(Again) -> Result<Vec<Wish>, Declined> + Send>,
    drop_in: Option<DropIn>,
    settings: Vec<(String, String)>,
    database: PathBuf,
    /// Number of the last input.
    inputs: u64,
    batch: Batch,
    /// Told once the batch is committed.
    replies: Vec<(Sender<Outcome>, Outcome)>,
    feeds: Vec<Open>,
    /// By number of the market.
    books: Vec<Book>,
    pending: Vec<Pending>,
    /// Number of the last question for history.
    questions: u64,
    /// Alerts of the current input so far.
    alerts: (u64, u32),
    /// Best prices are taken then, for market orders of these markets.
    quotes: Vec<(Instant, u32)>,
    decisions: Percentiles,
    commits: Percentiles,
    steps: u64,
    ticked: Instant,
    looked: Instant,
    /// Minutes brought since this process went on with the session, until it has caught up.
    missed: Option<u64>,
    /// The last UTC day that was told.
    day: Option<i64>,
    is_ready: bool,
    /// A strategy broke before it could start.
    has_guest_failed: bool,
    proving: bool,
    has_file: bool,
    end: Option<End>,
    /// When what is applied now arrived; none for what was held back or comes by the clock.
    arrived: Option<Instant>,
}

/// A feed with what it is of.
struct Open {
    venue: String,
    kind: InstrumentKind,
    feed: LiveFeed,
}

/// Runs a session until it is asked to end. An unfinished one of the journal goes on.
///
/// # Errors
/// A journal that refuses, is of another engine or differs from what it says; a strategy or venue that cannot be opened.
pub fn run(
    mut setup: Setup,
    surroundings: &mut Surroundings<'_>,
    tell: &mut dyn FnMut(Told),
) -> Result<Ended, ForwardError> {
    let (post, inbox) = inbox();
    let asked = post.clone();
    let handle = Handle::new(move |one| asked.send(Inbox::Asked(one)));
    let mut journal = Journal::open(&setup.database)?;
    let row = match journal.unfinished()? {
        Some(row) => row,
        None => begin(&mut journal, &setup)?,
    };
    let is_accepted = check_engine(&row, setup.accept_new_engine)?;
    let mut components = Components::new(setup.runtime.clone());
    let followed = recover::follow(&journal, &row, &mut components, &mut |inputs| {
        tell(Told::Following(inputs));
    })?;
    if let Some(differs) = followed.differs.as_ref().filter(|_| !is_accepted) {
        return Err(ForwardError::World {
            message: format!(
                "session {}: following its journal, strategy {} recorded something else at input {} than before",
                row.name,
                followed
                    .session
                    .lanes
                    .get(differs.strategy as usize)
                    .map_or("?", |l| l.declared.name.as_str()),
                differs.input
            ),
            hint: Some(format!(
                "`host replay {}` shows the difference; go on with the host that wrote it, or begin another session with another DATABASE_PATH",
                row.name
            )),
        });
    }
    let began = now();
    let wishes = std::mem::take(&mut setup.wishes);
    let mut runner = Runner {
        tell,
        outside: surroundings(handle)?,
        post,
        inbox,
        books: followed
            .session
            .markets
            .iter()
            .map(|_| Book::default())
            .collect(),
        inputs: followed.inputs,
        session: followed.session,
        journal,
        row,
        components,
        venues: setup.venues,
        again: setup.again,
        drop_in: setup.drop_in,
        settings: setup.settings,
        database: setup.database,
        batch: Batch::default(),
        replies: Vec::new(),
        feeds: Vec::new(),
        pending: Vec::new(),
        questions: 0,
        alerts: (0, 0),
        quotes: Vec::new(),
        decisions: Percentiles::default(),
        commits: Percentiles::default(),
        steps: 0,
        ticked: began,
        looked: began,
        missed: None,
        day: None,
        is_ready: false,
        has_guest_failed: false,
        proving: false,
        has_file: setup.has_file,
        end: None,
        arrived: None,
    };
    let outcome = runner.whole(wishes, setup.paused, is_accepted);
    if let Err(error) = &outcome {
        runner.journal_failed(error);
    }
    runner.outside.dispatch.stop(FAREWELL);
    outcome
}

/// A session that begins, or the successor of one that was rolled.
fn begin(journal: &mut Journal, setup: &Setup) -> Result<SessionRow, ForwardError> {
    let sessions = journal.sessions()?;
    let is_named = !setup.wishes.is_empty() || setup.drop_in.is_some() || setup.has_file;
    let last = sessions
        .last()
        .filter(|row| row.why.as_deref() == Some(roll::ROLLED));
    if last.is_none() && !is_named {
        return Err(ForwardError::user(
            format!(
                "no strategy is named, and {} holds no session to go on with",
                setup.database.display()
            ),
            "name one (`host forward-test ma-crossover --exchange binance --symbol BTC/USDT:USDT`), a folder of components \
             (`host forward-test components/ --symbol BTC/USDT:USDT`), or write a forward.toml into this folder: docs/forward-test.md",
        ));
    }
    let base = last.map_or(setup.name.as_str(), |row| row.name.as_str());
    Ok(journal.begin(NewSession {
        name: free_name(base, |name| sessions.iter().any(|row| row.name == name)),
        created: wall_clock(),
        host_version: env!("CARGO_PKG_VERSION").to_owned(),
        engine_version: engine_version(),
        config: setup.config.clone(),
        predecessor: last.map(|row| row.name.clone()),
    })?)
}

/// `btc`, `btc-2`, `btc-3` ...; of `btc-2` the next is `btc-3`.
fn free_name(wanted: &str, is_taken: impl Fn(&str) -> bool) -> String {
    if !is_taken(wanted) {
        return wanted.to_owned();
    }
    let stem = match wanted.rsplit_once('-') {
        Some((stem, number)) if number.parse::<u32>().is_ok() => stem,
        _ => wanted,
    };
    (2u32..)
        .map(|number| format!("{stem}-{number}"))
        .find(|name| !is_taken(name))
        .expect("some number is free")
}

/// Is a journal of another engine gone on with: only if the user says so, the same inputs might give other results.
fn check_engine(row: &SessionRow, accept: bool) -> Result<bool, ForwardError> {
    let ours = engine_version();
    if row.engine_version == ours {
        return Ok(false);
    }
    if accept {
        return Ok(true);
    }
    Err(ForwardError::user(
        format!(
            "session {} was written by `{}`, this host is `{ours}`: the same candles may give other results",
            row.name, row.engine_version
        ),
        "go on with the host that wrote it and end the session there (`host ctl roll`), or start with --accept-new-engine: \
         what was recorded is then computed anew and may differ from what was told",
    ))
}

impl Runner<'_> {
    /// From the first wish to the last commit.
    fn whole(
        &mut self,
        wishes: Vec<Wish>,
        paused: bool,
        is_accepted: bool,
    ) -> Result<Ended, ForwardError> {
        let is_new = self.inputs == 0;
        self.greet()?;
        if is_accepted {
            // The note first: a crash in between is asked about once more.
            self.note(recover::ENGINE_ACCEPTED, engine_version())?;
            self.commit()?;
            self.journal
                .set_engine_version(self.row.id, &engine_version(), wall_clock())?;
        }
        if is_new {
            self.take_over()?;
        } else {
            self.bring_back()?;
        }
        self.wish_at_start(wishes)?;
        self.open_feeds()?;
        if paused {
            self.pause_everything(true)?;
        }
        self.commit()?;
        loop {
            if let Some(first) = self.inbox.wait(LOOK) {
                self.take(first)?;
                for _ in 1..AT_ONCE {
                    // What comes after the end belongs to the successor, or to the next start.
                    if self.end.is_some() {
                        break;
                    }
                    let Some(one) = self.inbox.next() else {
                        break;
                    };
                    self.take(one)?;
                }
            }
            if self.end.is_none() {
                self.look()?;
            }
            self.commit()?;
            match self.end.take() {
                None => {}
                Some(End::Process) => return self.farewell(),
                Some(End::Rolled) => self.succeed()?,
            }
        }
    }

    fn take(&mut self, one: Inbox) -> Result<(), ForwardError> {
        match one {
            Inbox::Feed(feed, arrived) => self.arrived(feed, arrived),
            Inbox::Asked(asked) => self.asked(asked),
            Inbox::Proved(proof) => self.proved(proof),
            Inbox::Copied(reply, answer) => {
                self.replies.push((reply, answer));
                Ok(())
            }
        }
    }

    /// What time alone brings.
    fn look(&mut self) -> Result<(), ForwardError> {
        let now = now();
        if now.duration_since(self.ticked) >= Duration::from_millis(100) {
            self.ticked = now;
            self.tick_feeds()?;
        }
        self.take_quotes(now)?;
        self.advance()?;
        if now.duration_since(self.looked) >= Duration::from_secs(1) {
            self.looked = now;
            self.look_at_folder()?;
            self.leave_unneeded()?;
            self.ask_for_history_again();
        }
        // The last thing: nothing follows the end of a session.
        self.roll_if_flat()
    }

    /// Applies an input; it is journaled with the next commit.
    fn input(&mut self, input: Input) -> Result<Effects, ForwardError> {
        self.inputs += 1;
        let number = self.inputs;
        let mut supply = JournalSupply {
            reader: &self.journal,
            session: self.row.id,
            components: &mut self.components,
        };
        let effects = self.session.apply(number, &input, &mut supply)?;
        if matches!(input, Input::Minute(_) | Input::Control { .. }) {
            self.plan_quotes(&effects);
        }
        for (strategy, stepped) in &effects {
            self.steps += stepped.minutes;
            let digest = stepped.digest.map(|digest| (number, *strategy, digest));
            self.batch.digests.extend(digest);
        }
        // Warm-ups and what was asked for are no decisions on what just arrived.
        if let (Some(arrived), Input::Minute(minute)) = (self.arrived, &input)
            && minute.origin == Origin::Live
            && effects.iter().any(|(_, stepped)| stepped.minutes > 0)
        {
            self.decisions.add(arrived.elapsed());
        }
        self.batch.inputs.push((number, input));
        self.alerts = (number, 0);
        self.tell_of(&effects);
        Ok(effects)
    }

    fn control(&mut self, who: &str, control: &Control) -> Result<Effects, ForwardError> {
        self.input(Input::Control {
            time: wall_clock(),
            who: who.to_owned(),
            body: control.to_json(),
        })
    }

    fn note(&mut self, kind: &str, body: String) -> Result<(), ForwardError> {
        self.input(Input::Note {
            time: wall_clock(),
            kind: kind.to_owned(),
            body,
        })?;
        Ok(())
    }

    /// Everything since the last commit, at once; then its effects.
    fn commit(&mut self) -> Result<(), ForwardError> {
        if !self.batch.is_empty() {
            let began = now();
            self.journal.commit(self.row.id, &self.batch)?;
            self.commits.add(began.elapsed());
            if !self.batch.alerts.is_empty() {
                self.outside.dispatch.wake();
            }
            self.batch = Batch::default();
            self.components.forget_warm_ups();
        }
        for (reply, answer) in self.replies.drain(..) {
            // Who asked may have gone.
            let _ = reply.send(answer);
        }
        Ok(())
    }

    /// The journal refused: what was applied since has no effects, and everybody is told.
    fn journal_failed(&mut self, error: &ForwardError) {
        let why = Declined {
            message: format!("the session ends: {error}"),
            hint: error.hint(),
        };
        for (reply, _) in self.replies.drain(..) {
            let _ = reply.send(Err(why.clone()));
        }
        tracing::error!(session = %self.row.name, %error, "the session ends");
        if matches!(error, ForwardError::Journal(_)) {
            let alert = self.emergency(error);
            self.outside.dispatch.emergency(alert);
        }
    }

    fn wake(&self, feed: usize) -> Wake {
        let post = self.post.clone();
        // The session may have ended meanwhile.
        Arc::new(move |arrived| {
            post.send(Inbox::Feed(feed, arrived));
        })
    }
}
