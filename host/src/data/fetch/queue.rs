//! Requests that wait for a thread, oldest month first.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

use super::plan::Job;

/// One request under way.
pub(super) struct Task {
    /// Which series.
    pub line: usize,
    /// Which month of it.
    pub month: usize,
    /// `2024-01`.
    pub month_name: String,
    /// The request.
    pub job: Job,
}

/// Requests that wait for a thread.
pub(super) struct Queue {
    tasks: Mutex<(VecDeque<Task>, Open)>,
    changed: Condvar,
}

/// A thread that panics ends the others: nobody waits for answers that cannot come.
pub(super) struct EndOnPanic<'a>(pub &'a Queue);

impl Drop for EndOnPanic<'_> {
    fn drop(&mut self) {
        if thread::panicking() {
            self.0.close();
        }
    }
}

/// May more requests come.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Open {
    Yes,
    No,
}

impl Queue {
    pub(super) fn new(tasks: VecDeque<Task>) -> Self {
        Self {
            tasks: Mutex::new((tasks, Open::Yes)),
            changed: Condvar::new(),
        }
    }

    /// The next request; none when the queue is closed.
    pub(super) fn next(&self) -> Option<Task> {
        let mut tasks = self.lock();
        loop {
            if tasks.1 == Open::No {
                return None;
            }
            if let Some(task) = tasks.0.pop_front() {
                return Some(task);
            }
            tasks = self
                .changed
                .wait(tasks)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Requests that one made necessary come first: its month waits for them.
    pub(super) fn push(&self, task: &Task, jobs: Vec<Job>) {
        let mut tasks = self.lock();
        for job in jobs.into_iter().rev() {
            tasks.0.push_front(Task {
                line: task.line,
                month: task.month,
                month_name: task.month_name.clone(),
                job,
            });
        }
        self.changed.notify_all();
    }

    /// No more requests are handed out.
    pub(super) fn close(&self) {
        self.lock().1 = Open::No;
        self.changed.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, (VecDeque<Task>, Open)> {
        // The list is whole after every statement: a thread that panicked left nothing half done.
        self.tasks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
