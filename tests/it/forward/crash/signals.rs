//! Signals: the first one ends a session in order, the second one does not wait.

use std::process::{Command, ExitStatus};
use std::time::{Duration, Instant};

use host::persistence::{Input, Journal};

use super::{Case, Session, alerts, newest};

fn terminate(session: &Session) {
    let pid = session.child.id().to_string();
    let sent = Command::new("kill").args(["-TERM", &pid]).status();
    assert!(sent.expect("kill").success());
}

fn end(session: &mut Session, limit: Duration) -> ExitStatus {
    let began = Instant::now();
    while began.elapsed() < limit {
        if let Some(status) = session.child.try_wait().expect("ours") {
            return status;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    panic!("it does not end\n{}", session.log());
}

#[test]
fn a_signal_ends_a_session_with_everything_kept_and_told() {
    let case = Case::new(60);
    let mut session = case.start();
    case.wait_for_start(&mut session);
    case.step(&mut session, 12);
    terminate(&session);
    let status = end(&mut session, Duration::from_secs(60));
    assert_eq!(status.code(), Some(0), "{}", session.log());
    let reader = Journal::read_only(&case.journal()).expect("a journal");
    assert!(
        reader.unfinished().expect("readable").is_some(),
        "it goes on"
    );
    let mut last = None;
    let id = newest(&reader);
    let number = reader.last_input(id).expect("readable");
    let mut keep = |_, input| {
        last = Some(input);
        std::ops::ControlFlow::Continue(())
    };
    reader.inputs(id, number, &mut keep).expect("readable");
    assert!(
        matches!(&last, Some(Input::Note { kind, body, .. }) if kind == "process" && body.starts_with("ends")),
        "{last:?}"
    );
    assert_eq!(case.channel.untold(&alerts(&reader)), Vec::<&str>::new());
    assert!(
        case.channel
            .titles()
            .contains(&"Session paper stopped".to_owned())
    );
}

#[test]
fn a_second_signal_waits_for_nobody() {
    let case = Case::new(60);
    let mut session = case.start();
    case.wait_for_start(&mut session);
    // The farewell is given some seconds: nobody takes it.
    case.channel.fall_silent();
    terminate(&session);
    let began = Instant::now();
    while !session.log().contains("ending: everything is kept") {
        assert!(
            began.elapsed() < Duration::from_secs(60),
            "{}",
            session.log()
        );
        std::thread::sleep(Duration::from_millis(20));
    }
    terminate(&session);
    let status = end(&mut session, Duration::from_secs(4));
    assert_eq!(status.code(), Some(130), "{}", session.log());
    case.replays();
}
