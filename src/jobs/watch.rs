//! Which jobs are free to be taken: those that nobody has begun, and those of whose worker nothing was heard for a while.

use std::collections::HashMap;
use std::time::Duration;

use super::{Job, JobId, JobState};

/// What one watcher has heard. Time is the watcher's own, counted from any moment: nobody's clock is compared with another's.
#[derive(Debug, Clone)]
pub struct Watch {
    patience: Duration,
    /// The last beat of each running job, and when it was first heard.
    heard: HashMap<JobId, ((i32, i32), Duration)>,
}

impl Watch {
    /// A watch that takes a worker for dead of whom nothing was heard for so long.
    #[must_use]
    pub fn new(patience: Duration) -> Self {
        Self { patience, heard: HashMap::new() }
    }

    /// The jobs that are free at this moment. `jobs` are all that are not finished.
    pub fn free<'j>(&mut self, jobs: &'j [Job], now: Duration) -> Vec<&'j Job> {
        self.heard.retain(|id, _| jobs.iter().any(|job| job.id == *id));
        jobs.iter().filter(|job| self.is_free(job, now)).collect()
    }

    fn is_free(&mut self, job: &Job, now: Duration) -> bool {
        match job.state {
            JobState::Waiting => true,
            JobState::Running => {
                let beat = (job.tries, job.beat);
                let heard = self.heard.entry(job.id).or_insert((beat, now));
                if heard.0 != beat {
                    *heard = (beat, now);
                }
                now.saturating_sub(heard.1) >= self.patience
            }
            JobState::Done | JobState::Failed | JobState::Cancelled => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;

    use super::*;
    use crate::jobs::JobKind;

    fn job(id: i32, state: JobState, tries: i32, beat: i32) -> Job {
        Job {
            id: JobId(id),
            kind: JobKind::Release,
            argument: String::new(),
            object: "w".to_owned(),
            state,
            done: 0,
            total: 0,
            tries,
            beat,
            wanted_by: "operator".to_owned(),
            wanted_on: NaiveDate::default(),
            message: String::new(),
        }
    }

    fn free(watch: &mut Watch, jobs: &[Job], second: u64) -> Vec<i32> {
        watch.free(jobs, Duration::from_secs(second)).iter().map(|job| job.id.0).collect()
    }

    #[test]
    fn what_nobody_has_begun_is_free_and_what_is_over_is_not() {
        let mut watch = Watch::new(Duration::from_secs(10));
        let jobs: Vec<Job> = (1..).zip(JobState::ALL).map(|(id, state)| job(id, state, 0, 0)).collect();
        assert_eq!(free(&mut watch, &jobs, 0), [1]);
    }

    #[test]
    fn a_worker_is_missed_after_a_while_of_silence_and_not_before() {
        let mut watch = Watch::new(Duration::from_secs(10));
        let silent = [job(1, JobState::Running, 1, 4)];
        assert_eq!(free(&mut watch, &silent, 100), [0; 0], "it was heard of just now, for all that is known");
        assert_eq!(free(&mut watch, &silent, 109), [0; 0]);
        assert_eq!(free(&mut watch, &silent, 110), [1]);
    }

    #[test]
    fn each_beat_and_each_new_try_begins_the_while_anew() {
        let mut watch = Watch::new(Duration::from_secs(10));
        for (second, tries, beat) in [(0, 1, 1), (9, 1, 2), (18, 1, 3), (27, 2, 3)] {
            assert_eq!(free(&mut watch, &[job(1, JobState::Running, tries, beat)], second), [0; 0], "{second}");
        }
        assert_eq!(free(&mut watch, &[job(1, JobState::Running, 2, 3)], 37), [1]);
    }
}
