//! The covariances of the units, from a file with one row for each pair.

use std::collections::HashMap;
use std::path::Path;

use super::super::table_error::TableFileError;
use super::table::Rows;
use super::units::Units;
use crate::statistics::Comparison;

/// How far a variance may lie from the square of the standard error beside its estimate; rounded files differ a little, the
/// file of another run or statistic by more.
const VARIANCE_TOLERANCE: f64 = 0.01;
/// What variance a unit with a standard error of 0 may have, as a part of its squared estimate.
const ROUNDING: f64 = 1e-14;
/// How far the covariance of two units may differ from that written the other way round, as a part of both variances.
const ASYMMETRY: f64 = 1e-9;

/// Reads `statistic,level_a,level_b,covariance`: every pair of ranked units once or both ways; a unit with itself may be
/// missing, its variance is then the square of its standard error. Rows of withheld units are skipped.
///
/// Without a `statistic` the file must hold a single one.
pub(super) fn read(path: &Path, units: &Units, statistic: Option<&str>) -> Result<Vec<Vec<f64>>, TableFileError> {
    let count = units.ranked.len();
    if count > Comparison::CORRELATED_UNITS_MAX {
        let max = Comparison::CORRELATED_UNITS_MAX;
        let message = format!("{count} units are too many for --covariance, which takes at most {max}");
        return Err(TableFileError::Option(message));
    }
    let positions: HashMap<&str, usize> = units.ranked.iter().map(|unit| unit.name.as_str()).zip(0..).collect();
    let mut matrix = vec![vec![f64::NAN; count]; count];
    let mut wanted = statistic.map(str::to_owned);
    let rows = Rows::open(path)?;
    rows.each(&["statistic", "level_a", "level_b", "covariance"], |row| {
        let found = row.text(0);
        if *wanted.get_or_insert_with(|| found.to_owned()) != found {
            let choose = "the file holds more than one statistic; choose with --statistic";
            return if statistic.is_some() { Ok(()) } else { Err(row.wrong(0, choose)) };
        }
        let position = |k: usize| match positions.get(row.text(k)) {
            None if !units.knows(row.text(k)) => {
                Err(row.wrong(k, format!("the estimates have no unit {:?}", row.text(k))))
            }
            position => Ok(position.copied()),
        };
        let (Some(a), Some(b)) = (position(1)?, position(2)?) else { return Ok(()) };
        let Some(mut value) = row.number(3)? else {
            return Err(row.wrong(3, "this is empty, though both units have a standard error"));
        };
        if !matrix[a][b].is_nan() {
            return Err(row.wrong(2, format!("{:?} with {:?} is there a second time", row.text(1), row.text(2))));
        }
        let (variance_a, variance_b) = (units.ranked[a].se.powi(2), units.ranked[b].se.powi(2));
        if a == b && variance_a == 0.0 && value.abs() <= ROUNDING * units.ranked[a].estimate.powi(2) {
            value = 0.0;
        }
        if a == b && (value - variance_a).abs() > VARIANCE_TOLERANCE * variance_a {
            let se = units.ranked[a].se;
            let message = format!("{value} is not the square of the standard error, {se}; is this of the same run?");
            return Err(row.wrong(3, message));
        }
        if (value - matrix[b][a]).abs() > ASYMMETRY * (variance_a + variance_b) {
            return Err(row.wrong(3, format!("{value} was {} the other way round", matrix[b][a])));
        }
        matrix[a][b] = value;
        Ok(())
    })?;
    complete(&mut matrix, units).map_err(|message| TableFileError::Input {
        path: path.display().to_string(),
        message: match wanted {
            Some(statistic) => format!("statistic {statistic:?}: {message}"),
            None => "there are no covariances in this file".to_owned(),
        },
    })?;
    Ok(matrix)
}

/// Fills in what follows from the rest, or says what is missing.
fn complete(matrix: &mut [Vec<f64>], units: &Units) -> Result<(), String> {
    let pairs = (0..matrix.len()).flat_map(|a| (0..=a).map(move |b| (a, b)));
    for (a, b) in pairs {
        let known = [matrix[a][b], matrix[b][a]].into_iter().find(|value| !value.is_nan());
        let own = (a == b).then(|| units.ranked[a].se.powi(2));
        let Some(value) = known.or(own) else {
            let (a, b) = (&units.ranked[a].name, &units.ranked[b].name);
            return Err(format!("there is no covariance of {a:?} and {b:?}; write 0 where units are independent"));
        };
        matrix[a][b] = value;
        matrix[b][a] = value;
    }
    Ok(())
}
