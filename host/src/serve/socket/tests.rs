//! As root these tests cannot become another user: that another uid is turned away is pinned on the rule alone.

use std::io::{Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixStream;
use std::sync::mpsc::channel;

use proptest::prelude::*;
use tokio::runtime::Runtime;

use super::*;
use crate::control::Answer;
use crate::serve::client::{Client, ClientError};
use crate::serve::testing::{every_request, hanging, session, snapshot};
use crate::serve::wire::Reply;

struct Open {
    socket: ControlSocket,
    folder: tempfile::TempDir,
    _runtime: Runtime,
}

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .expect("a runtime")
}

fn open(handle: Handle) -> Open {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let runtime = runtime();
    let path = folder.path().join("host.sock");
    let socket = ControlSocket::open(&path, handle, runtime.handle()).expect("a free name");
    Open {
        socket,
        folder,
        _runtime: runtime,
    }
}

#[test]
fn every_command_reaches_the_session_and_its_answer_comes_back() {
    let (handle, heard) = session(snapshot());
    let open = open(handle);
    let mut client = Client::connect(open.socket.path()).expect("it listens");
    for request in every_request() {
        let reply = client.ask(&request).expect("it answers");
        match reply {
            Reply::Status(status) => assert_eq!(*status, (&snapshot()).into()),
            Reply::Done(sentence) => assert_eq!(sentence, format!("did {request:?}")),
            Reply::Declined { message, .. } => panic!("{request:?}: {message}"),
        }
        let (origin, last) = heard.lock().expect("whole").pop().expect("it was asked");
        assert_eq!(last, request);
        assert!(matches!(origin, Origin::Socket(_)), "{origin}");
    }
}

#[test]
fn what_the_session_declines_comes_back_with_its_hint() {
    let (handle, _) = session(snapshot());
    let open = open(handle);
    let mut client = Client::connect(open.socket.path()).expect("it listens");
    let reply = client.ask(&Request::Pause(Some("nobody".to_owned())));
    let Ok(Reply::Declined { message, hint }) = reply else {
        panic!("{reply:?}");
    };
    assert!(message.contains("`nobody`"), "{message}");
    assert_eq!(hint.as_deref(), Some("there is trend"));
}

#[test]
fn only_the_owner_can_open_the_file_and_it_goes_with_the_session() {
    let (handle, _) = session(snapshot());
    let open = open(handle);
    let path = open.socket.path().to_owned();
    let mode = std::fs::symlink_metadata(&path).expect("it is there");
    assert_eq!(mode.permissions().mode() & 0o777, 0o600);
    let names = std::fs::read_dir(open.folder.path()).expect("a folder");
    assert_eq!(names.count(), 1, "no other name is left");
    drop(open.socket);
    assert!(!path.exists());
    let gone = Client::connect(&path).expect_err("nobody listens");
    assert!(matches!(gone, ClientError::NoSession { .. }), "{gone}");
    assert!(
        gone.to_string().contains("host.sock")
            && gone.hint().expect("one").contains("forward-test")
    );
}

#[test]
fn other_users_are_not_welcome_but_root_is() {
    assert!(is_welcome(1000, 1000) && is_welcome(0, 1000));
    assert!(!is_welcome(1001, 1000) && !is_welcome(1000, 0));
}

#[test]
fn a_living_session_is_not_replaced_a_dead_one_is() {
    let (handle, _) = session(snapshot());
    let first = open(handle.clone());
    let path = first.socket.path().to_owned();
    let second = ControlSocket::open(&path, handle.clone(), first._runtime.handle());
    let refused = second.expect_err("the first one answers");
    assert!(matches!(refused, SocketError::Taken { .. }), "{refused}");

    let dead = first.folder.path().join("dead.sock");
    drop(std::os::unix::net::UnixListener::bind(&dead).expect("a free name"));
    assert!(dead.exists(), "the file outlives its process");
    let socket = ControlSocket::open(&dead, handle, first._runtime.handle());
    let socket = socket.expect("nobody listens there");
    Client::connect(socket.path()).expect("it listens");
}

#[test]
fn places_that_are_not_fit_are_named_with_a_hint() {
    let (handle, _) = session(snapshot());
    let folder = tempfile::tempdir().expect("a temporary folder");
    let runtime = runtime();
    let refused = |path: &Path| {
        let error = ControlSocket::open(path, handle.clone(), runtime.handle());
        let error = error.expect_err("not fit");
        assert!(!error.hint().is_empty());
        error
    };
    let file = folder.path().join("file");
    std::fs::write(&file, "x").expect("written");
    assert!(matches!(refused(&file), SocketError::NoSocket { .. }));
    assert!(matches!(
        refused(&file.join("below")),
        SocketError::Io { .. }
    ));
    let long = folder.path().join("x".repeat(120));
    let told = refused(&long);
    assert!(told.hint().contains("107 bytes"), "{told}: {}", told.hint());
    let shared = folder.path().join("shared");
    std::fs::create_dir(&shared).expect("made");
    std::fs::set_permissions(&shared, std::fs::Permissions::from_mode(0o777)).expect("opened");
    let told = refused(&shared.join("host.sock"));
    assert!(matches!(told, SocketError::OpenFolder { .. }), "{told}");
    let made = folder.path().join("new/deep/host.sock");
    ControlSocket::open(&made, handle.clone(), runtime.handle()).expect("folders are made");
}

#[test]
fn a_client_that_stops_in_the_middle_of_a_line_holds_up_nobody() {
    let (handle, _) = session(snapshot());
    let open = open(handle);
    let mut slow = UnixStream::connect(open.socket.path()).expect("it listens");
    slow.write_all(b"{\"version\":1,").expect("it is read");
    let mut other = Client::connect(open.socket.path()).expect("it listens");
    other.ask(&Request::Status).expect("it is answered");
    slow.write_all(b"\"request\":{\"do\":\"reload\",\"force\":false}}\n")
        .expect("it is still read");
    let mut text = [0_u8; 13];
    slow.read_exact(&mut text).expect("it is answered too");
    assert_eq!(&text, b"{\"version\":1,");
}

#[test]
fn a_session_that_hangs_holds_up_one_client_not_the_next() {
    let (handle, asked) = hanging();
    let open = open(handle);
    let path = open.socket.path().to_owned();
    let (done, first) = channel();
    std::thread::spawn(move || {
        let mut client = Client::connect(&path).expect("it listens");
        let _ = done.send(client.ask(&Request::Reload { force: false }));
    });
    let stuck = asked.recv().expect("the first question arrives");
    let mut second = UnixStream::connect(open.socket.path()).expect("it listens");
    second.write_all(b"nonsense\n").expect("it is read");
    let mut text = [0_u8; 24];
    second.read_exact(&mut text).expect("it is answered");
    assert!(first.try_recv().is_err(), "the first one still waits");
    stuck
        .reply
        .send(Ok(Answer::Done("late".to_owned())))
        .expect("somebody waits");
    let reply = first.recv().expect("the thread ends").expect("an answer");
    assert_eq!(reply, Reply::Done("late".to_owned()));
}

#[test]
fn clients_beyond_the_limit_are_told_so_and_later_ones_get_in() {
    let (handle, _) = session(snapshot());
    let open = open(handle);
    let mut clients: Vec<Client> = (0..MOST_CLIENTS)
        .map(|_| Client::connect(open.socket.path()).expect("it listens"))
        .collect();
    for client in &mut clients {
        client.ask(&Request::Status).expect("there is room");
    }
    let mut late = Client::connect(open.socket.path()).expect("it listens");
    let Ok(Reply::Declined { message, .. }) = late.ask(&Request::Status) else {
        panic!("there was room");
    };
    assert!(message.contains("too many"), "{message}");
    drop(clients);
    let got_in = (0..100).any(|_| {
        std::thread::sleep(Duration::from_millis(5));
        let mut client = Client::connect(open.socket.path()).expect("it listens");
        matches!(client.ask(&Request::Status), Ok(Reply::Status(_)))
    });
    assert!(got_in, "places are free again");
}

#[test]
fn a_line_without_end_is_cut_off_at_its_limit() {
    let (handle, heard) = session(snapshot());
    let open = open(handle);
    let mut client = UnixStream::connect(open.socket.path()).expect("it listens");
    client
        .write_all(&vec![b' '; wire::LINE_BYTES])
        .expect("so much is read");
    let mut text = String::new();
    client.read_to_string(&mut text).expect("then it is closed");
    assert!(text.contains("65536 bytes"), "{text}");
    assert!(heard.lock().expect("whole").is_empty());
}

#[test]
fn an_answer_on_its_way_leaves_before_the_socket_closes() {
    let (handle, asked) = hanging();
    let open = open(handle);
    let path = open.socket.path().to_owned();
    let client = std::thread::spawn(move || {
        Client::connect(&path)
            .expect("it listens")
            .ask(&Request::Shutdown)
    });
    let stuck = asked.recv().expect("it arrives");
    stuck
        .reply
        .send(Ok(Answer::Done("going".to_owned())))
        .expect("somebody waits");
    open._runtime
        .block_on(open.socket.finish(Duration::from_secs(1)));
    drop(open);
    let reply = client.join().expect("no panic").expect("an answer");
    assert_eq!(reply, Reply::Done("going".to_owned()));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn hostile_bytes_leave_the_socket_answering(
        bytes in proptest::collection::vec(any::<u8>(), 0..2_000),
        lines in proptest::collection::vec("[ -~]{0,80}", 0..5),
    ) {
        let (handle, heard) = session(snapshot());
        let open = open(handle);
        let mut hostile = UnixStream::connect(open.socket.path()).expect("it listens");
        let mut all = lines.join("\n").into_bytes();
        all.push(b'\n');
        all.extend(bytes);
        let _ = hostile.write_all(&all);
        let _ = hostile.shutdown(std::net::Shutdown::Write);
        let mut text = Vec::new();
        let _ = hostile.read_to_end(&mut text);
        prop_assert!(heard.lock().expect("whole").is_empty(), "nothing of it was a question");
        let mut client = Client::connect(open.socket.path()).expect("it listens");
        prop_assert!(client.ask(&Request::Status).is_ok());
    }
}
