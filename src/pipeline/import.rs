//! Bringing in files of responses that were collected elsewhere.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use csv::ByteRecord;
use tokio::sync::mpsc;

use super::PipelineError;
use super::context::Context;
use super::counts::Counts;
use super::import_batches::{Numbers, number_rows};
use super::intake::Intake;
use super::known_waves::LoadedWave;
use crate::foundation::{Finding, Findings};
use crate::storage::{NewResponse, Outcome};
use crate::survey::Source;
use crate::validation::read_responses;

/// Rows a transaction.
const ROWS_PER_TRANSACTION: usize = 30_000;
/// Batches that may wait for storage while the next ones are read.
const BATCHES_WAITING: usize = 2;

/// Takes a sentence for people.
type Tell = Box<dyn Fn(&str) + Send + Sync>;

/// How far an import has come, in bytes of the file.
#[derive(Default)]
pub struct ImportProgress {
    read: AtomicU64,
    tell: Option<Tell>,
}

impl ImportProgress {
    /// Progress that gives `tell` each sentence on how the file is read, before anything of it is kept.
    pub fn telling(tell: impl Fn(&str) + Send + Sync + 'static) -> Self {
        Self { read: AtomicU64::default(), tell: Some(Box::new(tell)) }
    }

    fn tell(&self, sentence: &str) {
        if let Some(tell) = &self.tell {
            tell(sentence);
        }
    }

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
    /// Those of them that say that somebody was drawn and gave no answer.
    pub drawn: u64,
    /// Rows that had been kept before.
    pub repeated: u64,
    /// Rows that were not kept.
    pub rejected: u64,
    /// Where the rows that were not kept are, with their findings; none when all were kept.
    pub rejected_file: Option<PathBuf>,
    /// Columns that mean nothing to the wave.
    pub ignored_columns: Vec<String>,
}

/// What was collected elsewhere.
#[derive(Clone)]
pub struct Imports {
    context: Context,
}

impl Imports {
    pub(super) fn of(context: &Context) -> Self {
        Self { context: context.clone() }
    }

    /// Brings a CSV file of responses into an open wave. A row that was brought in before is not counted again.
    ///
    /// The file is read on a thread of its own while storage writes what was read before. Rows that are not valid, or
    /// contradict a kept row of the same number, go to `FILE.rejected.csv` with their findings.
    pub async fn responses(
        &self,
        wave: &str,
        path: &Path,
        progress: Arc<ImportProgress>,
    ) -> Result<ImportedResponses, PipelineError> {
        self.context.demand_management()?;
        let loaded = self.context.load_wave(wave).await?;
        let file = File::open(path).map_err(|cause| file_error(path, cause))?;
        let numbers = self.numbers_of(&loaded, path).await?;
        if let Some(sentence) = numbers.as_ref().and_then(Numbers::told) {
            progress.tell(&sentence);
        }
        let (sender, mut read) = mpsc::channel(BATCHES_WAITING);
        let (imports, counting) = (self.clone(), Arc::clone(&progress));
        let reading = tokio::task::spawn_blocking(move || {
            imports.read_file(&loaded, Counted { file, progress: counting }, numbers, &sender)
        });
        let mut imported = ImportedResponses::default();
        let mut rejections = Rejections::beside(path);
        while let Some(part) = read.recv().await {
            match part {
                FromReader::Header { columns, ignored, told } => {
                    rejections.columns = columns;
                    for sentence in &told {
                        progress.tell(sentence);
                    }
                    imported.ignored_columns = ignored;
                }
                FromReader::Rows(batch) => self.keep_batch(batch, &mut imported, &mut rejections).await?,
            }
        }
        reading.await.map_err(|_| PipelineError::Interrupted)??;
        Counts::of(&self.context).fold().await?;
        (imported.rejected, imported.rejected_file) = rejections.finish()?;
        Ok(imported)
    }

    /// Who the rows of a file are, if it has no numbers of respondents: it is read once for this, before anything is kept.
    async fn numbers_of(&self, loaded: &LoadedWave, path: &Path) -> Result<Option<Numbers>, PipelineError> {
        if loaded.wave.plan.columns.id.is_some() {
            return Ok(None);
        }
        let file = File::open(path).map_err(|cause| file_error(path, cause))?;
        let (wave, today) = (Arc::clone(&loaded.wave), self.context.clock.today());
        let contents = tokio::task::spawn_blocking(move || {
            read_responses(file, &wave, today)
                .map(|rows| rows.flatten().map(|response| response.id).collect::<Vec<_>>())
        });
        let contents = contents.await.map_err(|_| PipelineError::Interrupted)??;
        Ok(Some(number_rows(&self.context.store, loaded.wave.plan.code.as_str(), contents).await?))
    }

    /// Reads a file to its end, and sends what it holds in parts. Stops early when the receiver is gone: then storage
    /// failed, and its error is the one that is reported.
    fn read_file(
        &self,
        loaded: &LoadedWave,
        file: impl Read,
        mut numbers: Option<Numbers>,
        sender: &mpsc::Sender<FromReader>,
    ) -> Result<(), PipelineError> {
        let mut rows = read_responses(file, &loaded.wave, self.context.clock.today())?;
        let intake = Intake::of(&self.context);
        let (columns, ignored) = (rows.columns().to_vec(), rows.ignored_columns().to_vec());
        let told = rows.told().to_vec();
        let mut is_received = sender.blocking_send(FromReader::Header { columns, ignored, told }).is_ok();
        let mut batch = Batch::default();
        while is_received && let Some(row) = rows.next() {
            match row {
                Ok(mut response) => match numbers.as_mut().map(|numbers| numbers.next_id(response.id)) {
                    Some(None) => {
                        let message = "the file was changed while it was read; import it again";
                        let finding = Finding::new("file", "changed", message);
                        batch.invalid.push((finding.into(), rows.record().clone()));
                    }
                    numbered => {
                        response.id = numbered.flatten().unwrap_or(response.id);
                        batch.valid.push((intake.prepare(loaded, response)?, rows.record().clone()));
                    }
                },
                Err(rejected) => batch.invalid.push((rejected.findings, rejected.record)),
            }
            if batch.valid.len() + batch.invalid.len() >= ROWS_PER_TRANSACTION {
                is_received = sender.blocking_send(FromReader::Rows(std::mem::take(&mut batch))).is_ok();
            }
        }
        drop(sender.blocking_send(FromReader::Rows(batch)));
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
        let outcomes = self.context.store.insert_responses(&responses).await?;
        for ((outcome, record), response) in outcomes.into_iter().zip(records).zip(&responses) {
            let finding = match outcome {
                Outcome::Stored => {
                    imported.stored += 1;
                    imported.drawn += u64::from(response.source == Source::Drawn);
                    continue;
                }
                Outcome::Repeated => {
                    imported.repeated += 1;
                    continue;
                }
                Outcome::Conflict => Finding::new(
                    "id",
                    "conflict",
                    "a row with this id and other content is kept, from this file or an earlier one; a kept row is not changed \
                     by an import, and whoever it is about is counted once already",
                ),
                Outcome::NotOpen => Finding::new(
                    "wave",
                    "not_open",
                    "the wave takes no answers: a draft is opened with `plumbline wave open`, and a closed wave stays closed",
                ),
                // No row of a file has a code.
                Outcome::Refused(refusal) => Finding::new("code", refusal.as_str(), refusal.to_string()),
            };
            rejections.write(&record, &finding.into())?;
        }
        Ok(())
    }
}

/// What the reading thread sends.
enum FromReader {
    /// The names of all columns and of those that nothing is read from, and what people should know.
    Header { columns: Vec<String>, ignored: Vec<String>, told: Vec<String> },
    /// Rows that wait for storage.
    Rows(Batch),
}

#[derive(Default)]
struct Batch {
    valid: Vec<(NewResponse, ByteRecord)>,
    invalid: Vec<(Findings, ByteRecord)>,
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
    columns: Vec<String>,
    writer: Option<csv::Writer<File>>,
    count: u64,
}

impl Rejections {
    fn beside(path: &Path) -> Self {
        let mut name = path.file_stem().unwrap_or_default().to_owned();
        name.push(".rejected.csv");
        Self { path: path.with_file_name(name), columns: Vec::new(), writer: None, count: 0 }
    }

    fn write(&mut self, record: &ByteRecord, findings: &Findings) -> Result<(), PipelineError> {
        let error = |cause| PipelineError::Csv { path: self.path.display().to_string(), cause };
        let writer = if let Some(writer) = &mut self.writer {
            writer
        } else {
            let mut writer = csv::WriterBuilder::new().flexible(true).from_path(&self.path).map_err(error)?;
            writer.write_record(self.columns.iter().map(String::as_str).chain(["findings"])).map_err(error)?;
            self.writer.insert(writer)
        };
        let findings = findings.to_string().replace('\n', "; ");
        writer.write_record(record.iter().chain([findings.as_bytes()])).map_err(error)?;
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
