//! Who proposes the next point. Source: `optimisation.md` sections 1 and 5.
//!
//! Rule: what is asked is a function of the seed, the trial's number, what was told before and what is asked for beside it. Each
//! trial draws from a stream of its own, so nothing depends on how often others drew.

mod sobol;
mod tpe;

use crate::analysis::significance::draw::Draw;
use crate::optimize::space::GRID_MAX;
use crate::optimize::{OptimizeError, Point, Space};

/// Spaces up to this size are searched completely unless another method is asked for.
const GRID_AUTO: u64 = 2_000;
/// Trials of a search that cannot be complete.
const TRIALS: u64 = 200;

/// How points are chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Every point, in declaration order.
    Grid,
    /// Uniform; without repetition where the space is small enough to be listed.
    Random,
    /// A Sobol sequence to begin with, then tree-structured Parzen estimators.
    Tpe,
}

impl Method {
    /// What fits a space: all of it where it is small, and no more than this many trials were asked for. The first part of a grid
    /// would be a corner of the space.
    #[must_use]
    pub fn fitting(space: &Space, trials: Option<u64>) -> Self {
        let most = trials.map_or(GRID_AUTO, |trials| trials.min(GRID_AUTO));
        match space.size() {
            Some(size) if size <= most => Self::Grid,
            _ => Self::Tpe,
        }
    }

    /// Trials of a study unless a number is asked for: a grid is a whole one.
    #[must_use]
    pub fn usual_trials(self, space: &Space) -> u64 {
        match self {
            Self::Grid => space.size().unwrap_or(TRIALS),
            Self::Random | Self::Tpe => TRIALS,
        }
    }

    /// Its name on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Grid => "grid",
            Self::Random => "random",
            Self::Tpe => "tpe",
        }
    }

    /// Trials asked before their results are told. Only results of earlier batches guide a search, so this is part of the study,
    /// not of the machine: small where results matter.
    #[must_use]
    pub fn usual_batch(self) -> u32 {
        match self {
            Self::Grid | Self::Random => 64,
            Self::Tpe => 16,
        }
    }
}

/// A result as a sampler sees it.
#[derive(Debug, Clone, PartialEq)]
pub struct Told {
    /// Where.
    pub point: Point,
    /// How good, higher is better; `None` = no score, worse than any.
    pub score: Option<f64>,
}

/// Proposes points.
pub struct Sampler {
    method: Method,
    seed: u64,
    space: Space,
    /// Indices into the grid, for drawing without repetition.
    shuffled: Vec<u32>,
    start: Vec<Point>,
}

impl Sampler {
    /// A sampler over a space.
    ///
    /// # Errors
    /// A grid over a real parameter, or one of too many points.
    pub fn new(method: Method, seed: u64, space: &Space) -> Result<Self, OptimizeError> {
        let listed = space.size().filter(|size| *size <= GRID_MAX);
        if method == Method::Grid && listed.is_none() {
            let many = space
                .size()
                .map_or("endlessly many".to_owned(), |n| n.to_string());
            return Err(OptimizeError::setup(
                format!("a grid over this space has {many} points, more than {GRID_MAX}"),
                "narrow it with --search name=min..max:step, or choose --method tpe",
            ));
        }
        let shuffled = match (method, listed) {
            (Method::Random, Some(size)) => shuffled(seed, size),
            _ => Vec::new(),
        };
        let start = match method {
            Method::Tpe => sobol::start(space.axes().len()),
            Method::Grid | Method::Random => Vec::new(),
        };
        Ok(Self {
            method,
            seed,
            space: space.clone(),
            shuffled,
            start,
        })
    }

    /// The points it has, where it never repeats itself.
    #[must_use]
    pub fn limit(&self) -> Option<u64> {
        match self.method {
            Method::Grid => self.space.size(),
            Method::Random if !self.shuffled.is_empty() => Some(self.shuffled.len() as u64),
            Method::Random | Method::Tpe => None,
        }
    }

    /// The point of trial `number`, below [`Self::limit`]. `told` are the results of all earlier batches in trial order, `pending`
    /// the points asked before in this one.
    #[must_use]
    pub fn ask(&self, number: u64, told: &[Told], pending: &[Point]) -> Point {
        let mut stream = Stream::of(self.seed, number);
        let point = match self.method {
            Method::Grid => self.space.grid(number),
            Method::Random => match usize::try_from(number)
                .ok()
                .and_then(|n| self.shuffled.get(n))
            {
                Some(index) => self.space.grid(u64::from(*index)),
                None => stream.point(self.space.axes().len()),
            },
            Method::Tpe => match usize::try_from(number).ok().and_then(|n| self.start.get(n)) {
                Some(point) => point.clone(),
                None => tpe::suggest(&self.space, told, pending, &mut stream),
            },
        };
        self.space.snapped(&point)
    }
}

/// The numbers below `size` in an order of their own (Fisher and Yates).
fn shuffled(seed: u64, size: u64) -> Vec<u32> {
    let mut stream = Stream::of(seed, u64::MAX);
    let mut order: Vec<u32> = (0..u32::try_from(size).expect("at most a grid")).collect();
    stream.0.shuffle(&mut order);
    order
}

/// Chance of one trial.
pub(super) struct Stream(Draw);

impl Stream {
    /// The stream of a trial: neighbors in number have nothing in common.
    fn of(seed: u64, number: u64) -> Self {
        let mut hasher = blake3::Hasher::new();
        hasher.update(&seed.to_le_bytes());
        hasher.update(&number.to_le_bytes());
        let digest = hasher.finalize();
        let bytes = digest.as_bytes()[..8]
            .try_into()
            .expect("eight bytes of a digest");
        Self(Draw::of(u64::from_le_bytes(bytes)))
    }

    /// A number of [0, 1) with 53 bits.
    pub(super) fn unit(&mut self) -> f64 {
        self.0.unit()
    }

    /// A standard normal number. Source: Box and Muller 1958.
    pub(super) fn normal(&mut self) -> f64 {
        // 1 - u is never zero.
        let radius = (-2.0 * libm::log(1.0 - self.unit())).sqrt();
        radius * libm::cos(std::f64::consts::TAU * self.unit())
    }

    fn point(&mut self, axes: usize) -> Point {
        (0..axes).map(|_| self.unit()).collect()
    }
}

#[cfg(test)]
mod tests;
