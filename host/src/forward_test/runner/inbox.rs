//! The way to the session thread, and how much waits on it.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use super::Inbox;

/// Puts things into the inbox, from any thread; never waits.
#[derive(Clone)]
pub(super) struct Post {
    sender: Sender<Inbox>,
    waiting: Arc<AtomicUsize>,
}

/// The session thread's end of it.
pub(super) struct Arrivals {
    receiver: Receiver<Inbox>,
    waiting: Arc<AtomicUsize>,
}

/// An empty inbox.
pub(super) fn inbox() -> (Post, Arrivals) {
    let (sender, receiver) = channel();
    let waiting = Arc::new(AtomicUsize::new(0));
    let post = Post {
        sender,
        waiting: Arc::clone(&waiting),
    };
    (post, Arrivals { receiver, waiting })
}

impl Post {
    /// Is there still a session that takes it.
    pub(super) fn send(&self, one: Inbox) -> bool {
        // Counted first: whoever takes it subtracts it.
        self.waiting.fetch_add(1, Ordering::Relaxed);
        self.sender.send(one).is_ok()
    }
}

impl Arrivals {
    /// The next thing, if one comes within so long.
    pub(super) fn wait(&self, limit: Duration) -> Option<Inbox> {
        self.count(self.receiver.recv_timeout(limit).ok())
    }

    /// The next thing, if one is there.
    pub(super) fn next(&self) -> Option<Inbox> {
        self.count(self.receiver.try_recv().ok())
    }

    /// Things that wait.
    pub(super) fn waiting(&self) -> usize {
        self.waiting.load(Ordering::Relaxed)
    }

    fn count(&self, taken: Option<Inbox>) -> Option<Inbox> {
        if taken.is_some() {
            self.waiting.fetch_sub(1, Ordering::Relaxed);
        }
        taken
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_sent_and_not_taken_waits() {
        let (post, arrivals) = inbox();
        let proof = || Inbox::Proved(Err("no".to_owned()));
        assert!(post.send(proof()) && post.clone().send(proof()));
        assert_eq!(arrivals.waiting(), 2);
        assert!(arrivals.next().is_some());
        assert_eq!(arrivals.waiting(), 1);
        assert!(arrivals.wait(Duration::ZERO).is_some());
        assert!(arrivals.next().is_none());
        assert_eq!(arrivals.waiting(), 0);
        drop(arrivals);
        assert!(!post.send(proof()));
    }
}
