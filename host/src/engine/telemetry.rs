//! What people see of a strategy: logs, plots, marks, metrics, alerts. All bounded; what is too much is counted and dropped.

use crate::domain::Timestamp;

/// Bounds of `defaults.md` section 1.
const LOG_LINE_BYTES: usize = 1_024;
const LOG_LINES_A_MINUTE: u32 = 100;
const LOG_BYTES_A_RUN: usize = 4 << 20;
const PLOT_SERIES: usize = 64;
const METRICS: usize = 256;
const MARKS: usize = 10_000;
const ALERTS_A_DAY: u32 = 50;
const NAME_BYTES: usize = 64;

/// How important a log line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Level {
    Debug,
    Info,
    Warn,
    Error,
}

/// Where a plotted series is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pane {
    /// Over the candles.
    Price,
    /// In a panel of its own.
    Panel,
}

/// How a plotted series is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum PlotStyle {
    Line,
    Step,
    Histogram,
    Dots,
}

/// A sign on the chart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Marker {
    Up,
    Down,
    Circle,
    Square,
    Text,
}

/// One line of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogLine {
    /// The event's time.
    pub time: Timestamp,
    /// How important.
    pub level: Level,
    /// At most 1 KiB.
    pub text: String,
}

/// One plotted series.
#[derive(Debug, Clone, PartialEq)]
pub struct Plot {
    /// Its name.
    pub name: String,
    /// Where.
    pub pane: Pane,
    /// How.
    pub style: PlotStyle,
    /// Points in time order, one a moment; NaN = a gap.
    pub points: Vec<(Timestamp, f64)>,
}

/// One sign.
#[derive(Debug, Clone, PartialEq)]
pub struct Mark {
    /// The event's time.
    pub time: Timestamp,
    /// Which sign.
    pub marker: Marker,
    /// At which price.
    pub price: f64,
    /// A short text.
    pub text: String,
}

/// Everything one strategy showed.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Telemetry {
    /// Log lines in order.
    pub log: Vec<LogLine>,
    /// Plotted series by their number.
    pub plots: Vec<Plot>,
    /// Signs in order.
    pub marks: Vec<Mark>,
    /// Named numbers, the last value of each, in order of first mention.
    pub metrics: Vec<(String, f64)>,
    /// Alerts in order.
    pub alerts: Vec<(Timestamp, String)>,
    /// What was too much, of all kinds together.
    pub dropped: u64,
    log_bytes: usize,
    log_minute: (Timestamp, u32),
    alert_day: (i64, u32),
}

/// At most `bytes` of a text, cut between characters.
fn clipped(text: &str, bytes: usize) -> String {
    let mut end = text.len().min(bytes);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text[..end].to_owned()
}

impl Telemetry {
    /// One log line.
    pub fn log(&mut self, time: Timestamp, level: Level, text: &str) {
        if self.log_minute.0 != time {
            self.log_minute = (time, 0);
        }
        let text = clipped(text, LOG_LINE_BYTES);
        if self.log_minute.1 >= LOG_LINES_A_MINUTE || self.log_bytes + text.len() > LOG_BYTES_A_RUN
        {
            self.dropped += 1;
            return;
        }
        self.log_minute.1 += 1;
        self.log_bytes += text.len();
        self.log.push(LogLine { time, level, text });
    }

    /// Registers a series; the same name gives the same number. Beyond the bound the number points nowhere.
    pub fn plot_series(&mut self, name: &str, pane: Pane, style: PlotStyle) -> u32 {
        let name = clipped(name, NAME_BYTES);
        let index = self
            .plots
            .iter()
            .position(|p| p.name == name)
            .unwrap_or_else(|| {
                if self.plots.len() < PLOT_SERIES {
                    self.plots.push(Plot {
                        name,
                        pane,
                        style,
                        points: Vec::new(),
                    });
                    self.plots.len() - 1
                } else {
                    self.dropped += 1;
                    usize::MAX
                }
            });
        u32::try_from(index).unwrap_or(u32::MAX)
    }

    /// One point of a series; the last value of a moment counts.
    pub fn plot(&mut self, plot: u32, time: Timestamp, value: f64) {
        match self.plots.get_mut(plot as usize) {
            Some(series) => match series.points.last_mut() {
                Some(last) if last.0 == time => last.1 = value,
                _ => series.points.push((time, value)),
            },
            None => self.dropped += 1,
        }
    }

    /// One sign.
    pub fn mark(&mut self, time: Timestamp, marker: Marker, price: f64, text: &str) {
        if self.marks.len() < MARKS {
            self.marks.push(Mark {
                time,
                marker,
                price,
                text: clipped(text, NAME_BYTES),
            });
        } else {
            self.dropped += 1;
        }
    }

    /// One named number.
    pub fn metric(&mut self, name: &str, value: f64) {
        let name = clipped(name, NAME_BYTES);
        if let Some(metric) = self.metrics.iter_mut().find(|m| m.0 == name) {
            metric.1 = value;
        } else if self.metrics.len() < METRICS {
            self.metrics.push((name, value));
        } else {
            self.dropped += 1;
        }
    }

    /// One alert: at most one a minute and fifty a day.
    pub fn alert(&mut self, time: Timestamp, text: &str) {
        if self.alert_day.0 != time.day() {
            self.alert_day = (time.day(), 0);
        }
        let same_minute = self.alerts.last().is_some_and(|a| a.0 == time);
        if same_minute || self.alert_day.1 >= ALERTS_A_DAY {
            self.dropped += 1;
            return;
        }
        self.alert_day.1 += 1;
        self.alerts.push((time, clipped(text, LOG_LINE_BYTES)));
    }
}
