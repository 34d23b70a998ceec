//! Progress on long work: a bar or a spinner on stderr, nothing where stderr is no terminal.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

/// A bar over a known length.
pub(super) fn bar(what: &str, length: u64) -> ProgressBar {
    let style = ProgressStyle::with_template("{msg} {wide_bar} {percent:>3} % {eta:>4}")
        .expect("the template is a constant");
    ProgressBar::new(length)
        .with_style(style)
        .with_message(what.to_owned())
}

/// A spinner for work of unknown length.
pub(super) fn spinner(what: &str) -> ProgressBar {
    let style =
        ProgressStyle::with_template("{spinner} {wide_msg}").expect("the template is a constant");
    let spinner = ProgressBar::new_spinner()
        .with_style(style)
        .with_message(what.to_owned());
    spinner.enable_steady_tick(Duration::from_millis(100));
    spinner
}

/// A bar over requests, whose number grows as work is found.
pub(super) fn requests() -> ProgressBar {
    let style = ProgressStyle::with_template(
        "{bar:24} {pos}/{len} requests {per_sec} {eta:>4} left  {wide_msg}",
    )
    .expect("the template is a constant");
    let bar = ProgressBar::new(0).with_style(style);
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}
