//! The files of weights that are written: weights with their factors, and replicate weights.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use super::super::design::Design;
use super::super::weighting_file::{MadeKind, REPLICATES_MAX};
use super::super::{EstimateError, EstimateOptions};
use super::held::Held;
use super::weighting::{Steps, Weighting, in_replicate};
use crate::estimation::NumericSample;
use crate::statistics::ReplicateWeights;

/// The most replicate weights that are written in one file.
const CELLS_MAX: usize = 250_000_000;

fn failed(path: &Path) -> impl Fn(std::io::Error) -> EstimateError {
    let path = path.display().to_string();
    move |cause| EstimateError::File { path: path.clone(), cause }
}

fn id(design: &Design, held: &Held, row: usize) -> String {
    let name = |column: &String| {
        let column = held.name_column(column);
        column.number(row).map(|number| column.name(number).to_owned())
    };
    design.wishes.id.as_ref().and_then(name).unwrap_or_default()
}

/// Writes `row,id,design_weight,nonresponse,trimming,calibration,weight,factor`; `row` is counted from 1 in the file, and a
/// row that has no place in the sample is not there; `factor` is the product of the three steps, and 0 where somebody did not respond.
pub(super) fn write_weights(
    path: &Path,
    design: &Design,
    held: &Held,
    weighting: &Weighting,
    weights: &[f64],
) -> Result<(), EstimateError> {
    let write = || -> Result<(), csv::Error> {
        let mut file = csv::Writer::from_path(path)?;
        file.write_record([
            "row",
            "id",
            "design_weight",
            "nonresponse",
            "trimming",
            "calibration",
            "weight",
            "factor",
        ])?;
        // A step that finds nothing has changed nothing.
        let ratio = |after: f64, before: f64| if before > 0.0 { after / before } else { 1.0 };
        for (row, weight) in weights.iter().copied().enumerate() {
            let (given, adjusted, trimmed) = (held.weights[row], weighting.adjusted[row], weighting.trimmed[row]);
            let numbers = [
                given,
                ratio(adjusted, given),
                ratio(trimmed, adjusted),
                ratio(weight, trimmed),
                weight,
                ratio(weight, given),
            ];
            let cells = [held.row_number(row).to_string(), id(design, held, row)];
            file.write_record(cells.into_iter().chain(numbers.map(|number| number.to_string())))?;
        }
        Ok(file.flush()?)
    };
    write().map_err(|error| failed(path)(std::io::Error::other(error)))
}

/// The file next to the replicate weights that says how they are read.
fn description_path(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".toml");
    PathBuf::from(name)
}

/// Writes `row,id,weight,repw1,…` and, next to it, the table `[replicates]` with which they are read again. Every replicate is taken
/// through nonresponse, trimming and calibration by itself. Returns a sentence.
pub(super) fn write_replicates(
    path: &Path,
    options: &EstimateOptions,
    design: &Design,
    held: &Held,
    steps: &Steps<'_>,
    sample: &NumericSample,
) -> Result<String, EstimateError> {
    let responses = options.responses.as_path();
    let Some((sizes, psu)) = sample.first_stage() else {
        let message = "--replicates makes replicate weights; those of columns.replicates are there already";
        return Err(EstimateError::in_memory(&options.design, message));
    };
    let wanted = &design.wishes.make_replicates;
    let refused = |error: crate::statistics::ReplicateError| {
        EstimateError::in_memory(responses, format!("--replicates: {error}"))
    };
    let made = match wanted.kind {
        MadeKind::Jackknife => ReplicateWeights::jackknife(&sizes),
        MadeKind::Bootstrap => {
            let psus: Vec<usize> = sizes.iter().map(|size| usize::try_from(size.drawn).unwrap_or(usize::MAX)).collect();
            ReplicateWeights::bootstrap(&psus, wanted.count, &mut ChaCha8Rng::seed_from_u64(wanted.seed))
        }
    };
    let made = made.map_err(refused)?;
    if made.len() > REPLICATES_MAX || made.len().saturating_mul(held.count()) > CELLS_MAX {
        let message = format!(
            "--replicates: {} replicates of {} rows are too many; take make_replicates.type = \"bootstrap\" with a smaller count",
            made.len(),
            held.count()
        );
        return Err(EstimateError::in_memory(responses, message));
    }
    let mut replicates = Vec::with_capacity(made.len());
    for number in 0..made.len() {
        let multipliers = made.multipliers(number);
        let weights: Vec<f64> = held.weights.iter().zip(&psu).map(|(weight, psu)| weight * multipliers[*psu]).collect();
        replicates.push(steps.all(&weights).map_err(|error| in_replicate(responses, number + 1, &error))?);
    }
    let write = || -> Result<(), csv::Error> {
        let mut file = csv::Writer::from_path(path)?;
        let names = (1..=replicates.len()).map(|number| format!("repw{number}"));
        file.write_record(["row", "id", "weight"].into_iter().map(str::to_owned).chain(names))?;
        for (row, weight) in sample.weights().iter().enumerate() {
            let numbers = std::iter::once(*weight).chain(replicates.iter().map(|weights| weights[row]));
            let cells = [held.row_number(row).to_string(), id(design, held, row)];
            file.write_record(cells.into_iter().chain(numbers.map(|number| number.to_string())))?;
        }
        Ok(file.flush()?)
    };
    write().map_err(|error| failed(path)(std::io::Error::other(error)))?;
    let description = description_path(path);
    let df: u64 = sizes.iter().map(|size| size.drawn.saturating_sub(1)).sum();
    describe(&description, &made, wanted.kind, df).map_err(failed(&description))?;
    Ok(format!(
        "{} replicate weights are in {}; {} has the table [replicates] with which they are read.",
        made.len(),
        path.display(),
        description.display()
    ))
}

fn describe(path: &Path, made: &ReplicateWeights, kind: MadeKind, df: u64) -> std::io::Result<()> {
    let mut file = BufWriter::new(File::create(path)?);
    let kind = match kind {
        MadeKind::Jackknife => "JKn",
        MadeKind::Bootstrap => "bootstrap",
    };
    writeln!(file, "# In [columns]: weight = \"weight\" and replicates = \"repw*\"")?;
    writeln!(
        file,
        "[replicates]\ntype = \"{kind}\"\nscale = {:?}\nrscales = {:?}\ndf = {df}",
        made.scale(),
        made.scales()
    )?;
    file.flush()
}
