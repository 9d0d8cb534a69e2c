//! Differences between the levels of a column with their t tests, and the test whether two columns are independent.

use super::super::statistic_file::Measured;
use super::maker::{Level, Maker};
use super::rows::{More, StatisticRow};
use crate::estimation::{NumericStatistic, Study};
use crate::index::EstimateRow;
use crate::statistics::{Difference, Functional, MeanTree, Ratio, independence_test};

/// The most cells of a table whose independence is tested.
const CELLS_MAX: usize = 400;

fn ratio(numerator: usize, denominator: usize) -> NumericStatistic {
    let ratio = Ratio::of(vec![numerator], vec![denominator]);
    NumericStatistic::Ratios(Functional::of(MeanTree::Ratio(ratio)))
}

/// The differences of all pairs of levels of `between`, or of two, each as its own sample: R's `svyttest` on the subset of the two.
pub(super) fn differences(
    maker: &mut Maker<'_>,
    level: &Level,
    of: &Measured,
    (between, levels): (&str, Option<&[String; 2]>),
) {
    let column = maker.held.name_column(between);
    let pairs: Vec<[String; 2]> = if let Some(levels) = levels {
        vec![levels.clone()]
    } else {
        let names: Vec<String> = column.in_order().into_iter().map(|number| column.name(number).to_owned()).collect();
        let after = |(at, a): (usize, &String)| {
            let a = a.clone();
            names[at + 1..].iter().map(move |b| [a.clone(), b.clone()]).collect::<Vec<_>>()
        };
        names.iter().enumerate().flat_map(after).collect()
    };
    let values = maker.values(of, &level.rows);
    for [a, b] in pairs {
        let (number_a, number_b) = (column.find(&a), column.find(&b));
        let mut study = Study::new(4);
        for (row, value) in &values {
            match column.number(*row) {
                found if found.is_some() && found == number_a => study.push(*row, &[*value, 1.0, 0.0, 0.0]),
                found if found.is_some() && found == number_b => study.push(*row, &[0.0, 0.0, *value, 1.0]),
                _ => {}
            }
        }
        let row = difference(maker, &study, level, of, format!("{a} − {b}"));
        maker.rows.push(row);
        if maker.is_full() {
            return;
        }
    }
}

fn difference(maker: &Maker<'_>, study: &Study, level: &Level, of: &Measured, compared: String) -> StatisticRow {
    let prepared = maker.sample.prepare(study);
    let (a, b) = (ratio(0, 1), ratio(2, 3));
    let values = prepared.value(&a).zip(prepared.value(&b));
    let (n, df) = prepared.size();
    // One degree of freedom belongs to the mean that both differ from.
    let df = df.saturating_sub(1);
    let found = values.zip(prepared.covariance(&[a, b])).and_then(|((a, b), covariance)| {
        let variances = [covariance[0][0], covariance[1][1]];
        Difference::new(a, b, variances, covariance[0][1], df as f64, maker.design.confidence.level)
    });
    let row = EstimateRow {
        statistic: "difference".into(),
        item: Some(of.item().to_owned()),
        n,
        estimate: values.map(|(a, b)| a - b),
        se: found.map(|found| found.se),
        df: found.map(|_| df),
        ci_low: found.map(|found| found.low),
        ci_high: found.map(|found| found.high),
        ..EstimateRow::default()
    };
    let more = More {
        part: of.part(),
        compared: Some(compared),
        method: format!("{}, t", maker.variance_name()),
        test: found.map(|found| found.t),
        p_value: found.map(|found| found.p_value),
        ..More::default()
    };
    StatisticRow { estimate: level.estimate(row), more }
}

/// Rao and Scott's test of two columns, over the rows that have a value in both.
pub(super) fn independence(maker: &mut Maker<'_>, level: &Level, columns: &[String; 2]) {
    let [rows, across] = [0, 1].map(|at| maker.held.name_column(&columns[at]));
    let both = |row: &usize| Some((*row, rows.number(*row)?, across.number(*row)?));
    let weights = maker.sample.weights();
    let members: Vec<(usize, usize, usize)> =
        level.rows.iter().filter_map(both).filter(|(row, ..)| weights[*row] != 0.0).collect();
    // Values that nobody of the level has are not rows or columns of its table.
    let present = |of: &dyn Fn(&(usize, usize, usize)) -> usize| -> Vec<usize> {
        let found: std::collections::BTreeSet<usize> = members.iter().map(of).collect();
        found.into_iter().collect()
    };
    let (in_rows, in_columns) = (present(&|member| member.1), present(&|member| member.2));
    let cells = in_rows.len() * in_columns.len();
    let mut row =
        EstimateRow { statistic: "independence".into(), item: Some(columns.join(" × ")), ..EstimateRow::default() };
    row.n = members.len() as u64;
    let mut more = More { method: format!("{}, Rao–Scott F", maker.variance_name()), ..More::default() };
    if cells > CELLS_MAX {
        maker.notes.push(format!(
            "independence of {}: the table has {cells} cells, of which {CELLS_MAX} are tested at most; join values",
            columns.join(" and ")
        ));
    } else if cells > 0 {
        let place = |list: &[usize], number: usize| list.binary_search(&number).unwrap_or(0);
        let mut study = Study::new(cells + 1);
        for (row, in_row, in_column) in &members {
            let mut values = vec![0.0; cells + 1];
            values[place(&in_rows, *in_row) * in_columns.len() + place(&in_columns, *in_column)] = 1.0;
            values[cells] = 1.0;
            study.push(*row, &values);
        }
        let prepared = maker.sample.prepare(&study);
        let shares: Vec<NumericStatistic> = (0..cells).map(|cell| ratio(cell, cells)).collect();
        let values: Option<Vec<f64>> = shares.iter().map(|share| prepared.value(share)).collect();
        let (n, df) = prepared.size();
        let test = values
            .zip(prepared.covariance(&shares))
            .and_then(|(values, covariance)| independence_test(&values, in_columns.len(), &covariance, n, df as f64));
        row.df = test.map(|_| df);
        more.test = test.map(|test| test.f);
        more.numerator_df = test.map(|test| test.numerator_df);
        more.denominator_df = test.map(|test| test.denominator_df);
        more.p_value = test.map(|test| test.p_value);
    }
    maker.rows.push(StatisticRow { estimate: level.estimate(row), more });
}
