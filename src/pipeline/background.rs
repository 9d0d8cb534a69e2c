//! Tasks that go on beside requests until the platform is shut down.

use std::future::Future;

use tokio::sync::{Mutex, watch};
use tokio::task::JoinHandle;

/// The tasks of a platform.
#[derive(Default)]
pub(super) struct Background {
    stopping: watch::Sender<bool>,
    tasks: Mutex<Vec<JoinHandle<()>>>,
}

/// Tells a task when to stop.
pub(super) struct Stopping(watch::Receiver<bool>);

impl Stopping {
    /// Resolves when the platform is being shut down, or is gone. A task asks between two pieces of work, never within one.
    pub(super) async fn is_wanted(&mut self) {
        // An error: the platform is gone.
        let _ = self.0.wait_for(|is_stopping| *is_stopping).await;
    }
}

impl Background {
    /// Begins a task.
    pub(super) async fn begin<T: Future<Output = ()> + Send + 'static>(&self, task: impl FnOnce(Stopping) -> T) {
        let task = task(Stopping(self.stopping.subscribe()));
        self.tasks.lock().await.push(tokio::spawn(task));
    }

    /// Stops all of them, each after what it is at: a store is closed only when nobody needs it any more.
    pub(super) async fn stop(&self) {
        self.stopping.send_replace(true);
        for task in self.tasks.lock().await.drain(..) {
            if let Err(error) = task.await {
                tracing::warn!(%error, "a task in the background broke off");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use tokio::sync::Semaphore;

    use super::*;

    #[tokio::test]
    async fn a_task_ends_after_what_it_is_at_and_before_the_platform_does() {
        let (background, done) = (Background::default(), Arc::<AtomicUsize>::default());
        let (allowed, begun) = (Arc::new(Semaphore::new(0)), Arc::new(Semaphore::new(0)));
        let of_task = (Arc::clone(&done), Arc::clone(&allowed), Arc::clone(&begun));
        let task = |mut stopping: Stopping| async move {
            let (done, allowed, begun) = of_task;
            loop {
                begun.add_permits(1);
                allowed.acquire().await.unwrap().forget();
                done.fetch_add(1, Ordering::Relaxed);
                tokio::select! {
                    biased;
                    () = stopping.is_wanted() => return,
                    () = std::future::ready(()) => {}
                }
            }
        };
        background.begin(task).await;
        allowed.add_permits(1);
        begun.acquire_many(2).await.unwrap().forget();
        assert_eq!(done.load(Ordering::Relaxed), 1, "it is in the middle of its second piece of work");
        let release = async {
            tokio::task::yield_now().await;
            allowed.add_permits(1);
        };
        tokio::join!(background.stop(), release);
        assert_eq!(done.load(Ordering::Relaxed), 2);
        background.stop().await;
    }
}
