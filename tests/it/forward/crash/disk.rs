//! A disk that takes no more: nothing is traded past it, everybody is told, and with room the session goes on.

use std::fs::{self, File};
use std::process::{Command, Stdio};

use super::{Case, Session, hour};

const MINUTES: i64 = 60;

/// A session whose files may not grow over a limit that is set later; the signal that comes with it is an error for it.
fn limited(case: &Case) -> Session {
    let command = case.command(&[]);
    let mut shell = Command::new("bash");
    shell
        .args(["-c", "trap '' XFSZ; exec \"$0\" \"$@\""])
        .arg(command.get_program())
        .args(command.get_args())
        .current_dir(case.desk.path())
        .stdin(Stdio::null());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => shell.env(name, value),
            None => shell.env_remove(name),
        };
    }
    case.desk.spawn(shell)
}

#[test]
fn a_journal_that_cannot_grow_ends_the_session_with_an_alarm_and_it_goes_on_once_it_can() {
    let expected = hour();
    let case = Case::new(MINUTES);
    let mut session = limited(&case);
    case.wait_for_start(&mut session);
    case.step(&mut session, 20);
    let log = case.desk.path().join("host.sqlite-wal");
    let full = fs::metadata(&log).expect("a log").len();
    let limit = format!("--fsize={full}:{full}");
    let pid = session.child.id().to_string();
    let set = Command::new("prlimit")
        .args(["--pid", &pid, &limit])
        .status();
    assert!(set.expect("prlimit").success());

    // What is asked for is not done, and not said to be.
    let asked = case.desk.command(&["ctl", "pause", "breakout"]).output();
    let asked = asked.expect("it starts");
    let said = String::from_utf8_lossy(&asked.stderr);
    assert_ne!(asked.status.code(), Some(0), "{said}");
    assert!(said.contains("the session ends: "), "{said}");
    let status = session.child.wait().expect("it ends");
    assert_eq!(status.code(), Some(1), "{}", session.log());
    let log = session.log();
    assert!(
        log.contains("error: ") && log.contains("host.sqlite"),
        "{log}"
    );
    assert!(
        log.contains("hint: ") && log.contains("start again"),
        "{log}"
    );
    let alarm = "The journal of session paper failed";
    let told = case.channel.titles();
    assert_eq!(told.iter().filter(|t| *t == alarm).count(), 1, "{told:?}");

    let outcome = case.finish(case.start());
    outcome.must_be(expected, "after the disk was full");
    case.replays();
}

#[test]
fn a_log_that_cannot_be_written_holds_up_nothing() {
    let case = Case::new(MINUTES);
    let full = File::options()
        .write(true)
        .open("/dev/full")
        .expect("a full disk");
    let mut command = case.command(&[]);
    let child = command.stdout(Stdio::piped()).stderr(full).spawn();
    let mut session = Session::of(child.expect("it starts"), case.desk.path().join("no.log"));
    case.wait_for_start(&mut session);
    let outcome = case.finish(session);
    assert!(!outcome.digests.is_empty());
}

#[test]
fn a_place_that_is_read_only_is_named_before_anything_is_asked_of_a_venue() {
    let case = Case::new(MINUTES);
    // Nobody may write there, whoever runs this.
    let output = case
        .command(&["--database", "/proc/self/host.sqlite"])
        .output();
    let output = output.expect("it starts");
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("/proc/") && said.contains("hint: "), "{said}");
    assert!(case.desk.sim.log().connections.is_empty());
}
