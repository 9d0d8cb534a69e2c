//! Bringing in what was collected elsewhere: units, lineage and files of responses.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use csv::StringRecord;
use tokio::sync::mpsc;

use super::waves::LoadedWave;
use super::{PipelineError, Platform};
use crate::foundation::{Finding, Findings};
use crate::storage::{NewResponse, Outcome};
use crate::survey::{read_lineage, read_units};
use crate::validation::{ResponseRows, read_responses};

/// Rows a transaction.
const ROWS_PER_TRANSACTION: usize = 10_000;
/// Batches that may wait for storage while the next ones are read.
const BATCHES_WAITING: usize = 2;

/// How far an import has come, in bytes of the file.
#[derive(Debug, Default)]
pub struct ImportProgress {
    read: AtomicU64,
}

impl ImportProgress {
    /// Bytes read so far.
    #[must_use]
    pub fn bytes_read(&self) -> u64 {
        self.read.load(Ordering::Relaxed)
    }
}

/// What an import of responses did.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ImportedResponses {
    /// Rows kept now.
    pub stored: u64,
    /// Rows that had been kept before.
    pub repeated: u64,
    /// Rows that were not kept.
    pub rejected: u64,
    /// Where the rows that were not kept are, with their findings; none when all were kept.
    pub rejected_file: Option<PathBuf>,
    /// Columns that mean nothing to the wave.
    pub ignored_columns: Vec<String>,
}

impl Platform {
    /// Adds a file of units to the register, all or none. Returns how many are new.
    pub async fn import_units(&self, file: impl Read) -> Result<usize, PipelineError> {
        Ok(self.0.store.import_units(&read_units(file)?).await?)
    }

    /// Adds a file of lineage to the register, all or none. Returns how many lines are new.
    pub async fn import_lineage(&self, file: impl Read) -> Result<u64, PipelineError> {
        Ok(self.0.store.import_lineage(&read_lineage(file)?).await?)
    }

    /// Brings a CSV file of responses into an open wave. A row that was brought in before is not counted again.
    ///
    /// The file is read on a thread of its own while storage writes what was read before. Rows that are not valid, or
    /// contradict a kept row of the same number, go to `FILE.rejected.csv` with their findings.
    pub async fn import_responses(
        &self,
        wave: &str,
        path: &Path,
        progress: Arc<ImportProgress>,
    ) -> Result<ImportedResponses, PipelineError> {
        let loaded = self.load_wave(wave).await?;
        let file = File::open(path).map_err(|cause| file_error(path, cause))?;
        let rows = read_responses(Counted { file, progress }, Arc::clone(&loaded.wave))?;
        let mut rejections = Rejections::beside(path, rows.header());
        let mut imported =
            ImportedResponses { ignored_columns: rows.ignored_columns().to_vec(), ..ImportedResponses::default() };
        let (sender, mut batches) = mpsc::channel(BATCHES_WAITING);
        let platform = self.clone();
        let reading = tokio::task::spawn_blocking(move || platform.read_batches(&loaded, rows, &sender));
        while let Some(batch) = batches.recv().await {
            self.keep_batch(batch, &mut imported, &mut rejections).await?;
        }
        reading.await.map_err(|_| PipelineError::Interrupted)??;
        self.0.store.fold_pending().await?;
        (imported.rejected, imported.rejected_file) = rejections.finish()?;
        Ok(imported)
    }

    fn read_batches<R: Read>(
        &self,
        loaded: &LoadedWave,
        rows: ResponseRows<R>,
        sender: &mpsc::Sender<Batch>,
    ) -> Result<(), PipelineError> {
        let mut batch = Batch::default();
        for row in rows {
            match row.outcome {
                Ok(response) => batch.valid.push((self.prepare(loaded, response)?, row.record)),
                Err(findings) => batch.invalid.push((findings, row.record)),
            }
            if batch.valid.len() + batch.invalid.len() >= ROWS_PER_TRANSACTION
                && sender.blocking_send(std::mem::take(&mut batch)).is_err()
            {
                // The receiver is gone only when storage failed; its error is the one that is reported.
                return Ok(());
            }
        }
        drop(sender.blocking_send(batch));
        Ok(())
    }

    async fn keep_batch(
        &self,
        batch: Batch,
        imported: &mut ImportedResponses,
        rejections: &mut Rejections,
    ) -> Result<(), PipelineError> {
        for (findings, record) in batch.invalid {
            rejections.write(&record, &findings)?;
        }
        let (responses, records): (Vec<_>, Vec<_>) = batch.valid.into_iter().unzip();
        let outcomes = self.0.store.insert_responses(&responses).await?;
        for (outcome, record) in outcomes.into_iter().zip(records) {
            let finding = match outcome {
                Outcome::Stored => {
                    imported.stored += 1;
                    continue;
                }
                Outcome::Repeated => {
                    imported.repeated += 1;
                    continue;
                }
                Outcome::Conflict => {
                    Finding::new("id", "conflict", "another row with this id was kept before; give this one an id of its own")
                }
                Outcome::NotOpen => Finding::new("wave", "not_open", "the wave is not open; run `plumbline wave open`"),
            };
            rejections.write(&record, &finding.into())?;
        }
        Ok(())
    }
}

/// Rows that were read and wait for storage.
#[derive(Default)]
struct Batch {
    valid: Vec<(NewResponse, StringRecord)>,
    invalid: Vec<(Findings, StringRecord)>,
}

/// Counts the bytes that pass.
struct Counted {
    file: File,
    progress: Arc<ImportProgress>,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = self.file.read(buffer)?;
        self.progress.read.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }
}

/// The file of rows that were not kept. It is made when the first such row comes.
struct Rejections {
    path: PathBuf,
    header: StringRecord,
    writer: Option<csv::Writer<File>>,
    count: u64,
}

impl Rejections {
    fn beside(path: &Path, header: &StringRecord) -> Self {
        let mut name = path.file_stem().unwrap_or_default().to_owned();
        name.push(".rejected.csv");
        Self { path: path.with_file_name(name), header: header.clone(), writer: None, count: 0 }
    }

    fn write(&mut self, record: &StringRecord, findings: &Findings) -> Result<(), PipelineError> {
        let error = |cause| PipelineError::Csv { path: self.path.display().to_string(), cause };
        let writer = match &mut self.writer {
            Some(writer) => writer,
            None => {
                let mut writer = csv::WriterBuilder::new().flexible(true).from_path(&self.path).map_err(error)?;
                writer.write_record(self.header.iter().chain(["findings"])).map_err(error)?;
                self.writer.insert(writer)
            }
        };
        let findings = findings.to_string().replace('\n', "; ");
        writer.write_record(record.iter().chain([findings.as_str()])).map_err(error)?;
        self.count += 1;
        Ok(())
    }

    fn finish(self) -> Result<(u64, Option<PathBuf>), PipelineError> {
        let Some(mut writer) = self.writer else { return Ok((0, None)) };
        writer.flush().map_err(|cause| file_error(&self.path, cause))?;
        Ok((self.count, Some(self.path)))
    }
}

fn file_error(path: &Path, cause: std::io::Error) -> PipelineError {
    PipelineError::File { path: path.display().to_string(), cause }
}
