use std::os::unix::net::UnixDatagram;
use std::process::Command;
use std::time::Duration;

use super::*;
use crate::serve::settings::Serving;
use crate::serve::start::Serve;
use crate::serve::testing::{session, snapshot};

#[test]
fn signs_of_life_come_three_times_as_often_as_systemd_wants_them() {
    assert_eq!(period(None), Duration::from_secs(10));
    assert_eq!(
        period(Some(Duration::from_secs(60))),
        Duration::from_secs(10)
    );
    assert_eq!(period(Some(Duration::from_secs(3))), Duration::from_secs(1));
}

#[test]
fn the_line_says_what_runs_without_money() {
    let mut picture = snapshot();
    assert_eq!(
        line(&picture),
        "1 strategy, 1 position, last minute 2024-01-31 12:01"
    );
    picture.journal_failed = Some("disk full".to_owned());
    assert!(line(&picture).ends_with("THE JOURNAL FAILED: nothing is traded"));
}

/// The socket of systemd is named by the environment, which a test must not change in its own process: it starts itself again.
#[test]
fn systemd_hears_ready_alive_and_stopping() {
    const CHILD: &str = "TEST_UNDER_SYSTEMD";
    if std::env::var_os(CHILD).is_some() {
        return session_under_systemd();
    }
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("notify");
    let systemd = UnixDatagram::bind(&path).expect("a free name");
    systemd
        .set_read_timeout(Some(Duration::from_secs(20)))
        .expect("a socket");
    let mut child = Command::new(std::env::current_exe().expect("this test"))
        .args([
            "--exact",
            "serve::notify::tests::systemd_hears_ready_alive_and_stopping",
        ])
        .env(CHILD, "1")
        .env("NOTIFY_SOCKET", &path)
        .env("WATCHDOG_USEC", "300000")
        .env_remove("WATCHDOG_PID")
        .stdout(std::process::Stdio::null())
        .spawn()
        .expect("it starts");
    let heard = || {
        let mut bytes = [0_u8; 500];
        let length = systemd.recv(&mut bytes).expect("a word");
        String::from_utf8_lossy(&bytes[..length]).into_owned()
    };
    let first = heard();
    assert!(
        first.contains("READY=1\n") && first.contains("STATUS=1 strategy"),
        "{first}"
    );
    assert!(heard().contains("WATCHDOG=1"));
    let last = std::iter::repeat_with(heard).find(|text| !text.contains("WATCHDOG"));
    assert_eq!(last.as_deref(), Some("STOPPING=1\n"));
    assert!(child.wait().expect("it ends").success());
}

fn session_under_systemd() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let serving = Serving {
        socket: folder.path().join("host.sock"),
        health: None,
        sd_notify: true,
    };
    let serve = Serve::start(&serving, session(snapshot()).0).expect("a free name");
    std::thread::sleep(Duration::from_millis(500));
    serve.stopping();
}
