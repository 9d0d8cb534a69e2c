//! Estimates for areas with few answers, from files: direct estimates and what is known of each area, by Fay and Herriot's model.
//!
//! `tables.rs` reads both files. What comes out is modelled and says so in every row.

mod options;
mod tables;

pub use options::SmallAreaOptions;

use super::named_twice::named_twice;
use super::table_error::TableFileError;
use super::write_table::write_table;
use crate::statistics::{Area, AreaPrediction, FayHerriot, SmallAreaError, VarianceEstimator};
use crate::tables::{Concept, Figure, concepts, rows};
use tables::{Covariates, Directs};

rows! {
    /// One row of the output.
    #[derive(Debug)]
    struct PredictionRow {
        /// The area.
        area: String => concepts::REF_AREA,
        /// The direct estimate; empty where there is no usable one.
        direct: Option<f64> => Concept::number("OBS_VALUE_DIRECT", Figure::OF_STATISTIC),
        /// The standard error of that.
        direct_se: Option<f64> => Concept::number("STD_ERR_DIRECT", Figure::OF_STATISTIC),
        /// The prediction.
        modelled: f64 => concepts::OBS_VALUE,
        /// Its mean squared error.
        mse: f64 => Concept::number("MSE", Figure::SQUARE_OF_STATISTIC),
        /// The root of that; empty where the correction of its bias took it below 0.
        root_mse: Option<f64> => Concept::number("ROOT_MSE", Figure::OF_STATISTIC),
        /// The weight of the direct estimate in the prediction, 0–1.
        gamma: f64 => Concept::number("DIRECT_WEIGHT", Figure::plain(2)),
        /// What kind of number it is: `modelled`, or `modelled without a direct estimate`.
        kind: &'static str => Concept::text("OBS_KIND"),
    }
}

/// Fits the model to the areas with a direct estimate, predicts all areas of the covariates, and writes
/// `area,direct,direct_se,modelled,mse,root_mse,gamma,kind` in full precision, in the order of the covariates.
///
/// Returns sentences that say that the numbers are modelled, and by what.
pub fn small_area_files(options: &SmallAreaOptions) -> Result<Vec<String>, TableFileError> {
    if let Some(path) = named_twice(&[&options.estimates, &options.covariates], &[&options.output]) {
        let message = "this file is named twice; name another one to write to".to_owned();
        return Err(TableFileError::Input { path: path.display().to_string(), message });
    }
    let covariates = Covariates::read(&options.covariates, &options.columns)?;
    let directs = Directs::read(options)?;
    if let Some(area) = directs.areas.keys().find(|area| !covariates.areas.contains_key(*area)) {
        let message = format!("there is no row of the area {area:?}, which has an estimate");
        return Err(TableFileError::input(&options.covariates, message));
    }
    let names: Vec<&str> = std::iter::once("intercept").chain(covariates.columns.iter().map(String::as_str)).collect();
    let x = |area: &str| std::iter::once(1.0).chain(covariates.areas[area].iter().copied()).collect::<Vec<f64>>();
    // A standard error of 0 says nothing about an area; it only says that nothing varied in the sample.
    let usable =
        |area: &str| directs.areas.get(area).and_then(|direct| Some((direct.0?, direct.1.filter(|se| *se > 0.0)?)));
    let fitted: Vec<(&String, Area)> = covariates
        .order
        .iter()
        .filter_map(|area| {
            let (estimate, se) = usable(area)?;
            Some((area, Area { estimate, variance: se * se, covariates: x(area) }))
        })
        .collect();
    let areas: Vec<Area> = fitted.iter().map(|(_, area)| area.clone()).collect();
    let model = FayHerriot::fit(&names, &areas, options.method).map_err(|error| {
        let area = |number: usize| fitted.get(number - 1).map_or("?", |(name, _)| name.as_str());
        TableFileError::input(&options.covariates, explained(&error, &area))
    })?;
    let mut known = fitted.iter().map(|(name, _)| *name).zip(&model.predictions).peekable();
    let mut rows = Vec::with_capacity(covariates.order.len());
    for area in &covariates.order {
        let row = if let Some((_, prediction)) = known.next_if(|(name, _)| *name == area) {
            row(area, usable(area), prediction, "modelled")
        } else {
            let Some(prediction) = model.predict_synthetic(&x(area)) else { continue };
            row(area, None, &prediction, "modelled without a direct estimate")
        };
        rows.push(row);
    }
    let synthetic = rows.len() - fitted.len();
    write_table(&options.output, options.format, rows)
        .map_err(|cause| TableFileError::File { path: options.output.display().to_string(), cause })?;
    Ok(sentences(options, &model, &names, (fitted.len(), synthetic)))
}

fn row(area: &str, direct: Option<(f64, f64)>, prediction: &AreaPrediction, kind: &'static str) -> PredictionRow {
    PredictionRow {
        area: area.to_owned(),
        direct: direct.map(|direct| direct.0),
        direct_se: direct.map(|direct| direct.1),
        modelled: prediction.value,
        mse: prediction.mse,
        root_mse: (prediction.mse >= 0.0).then(|| prediction.mse.sqrt()),
        gamma: prediction.direct_weight,
        kind,
    }
}

/// An error of the model with the names of the areas, and what to do about it.
fn explained<'a>(error: &SmallAreaError, area: &dyn Fn(usize) -> &'a str) -> String {
    match error {
        SmallAreaError::TooFewAreas { .. } => format!("{error}; take fewer columns with --columns, or more areas"),
        SmallAreaError::Collinear { .. } => format!("{error}; leave it out with --columns"),
        SmallAreaError::Estimate { area: number, .. } | SmallAreaError::Variance { area: number, .. } => {
            format!("{:?}: {error}", area(*number))
        }
        _ => error.to_string(),
    }
}

fn sentences(
    options: &SmallAreaOptions,
    model: &FayHerriot,
    names: &[&str],
    (fitted, synthetic): (usize, usize),
) -> Vec<String> {
    let method = match options.method {
        VarianceEstimator::Reml => "REML",
        VarianceEstimator::Ml => "ML",
        VarianceEstimator::FayHerriot => "Fay and Herriot's moments",
    };
    let mut sentences = vec![
        format!(
            "MODELLED: these are not survey estimates but predictions of a Fay–Herriot model (variance between areas by \
             {method}), fitted to {fitted} areas; print them as modelled, beside the direct estimates."
        ),
        format!("Variance between areas that the covariates do not explain: {}.", model.model_variance),
    ];
    for (name, coefficient) in names.iter().zip(&model.coefficients) {
        sentences.push(format!("Coefficient of {name}: {} (standard error {}).", coefficient.value, coefficient.se));
    }
    if model.model_variance <= 0.0 {
        sentences.push(
            "Areas differ no more than sampling explains: every prediction is the regression's alone.".to_owned(),
        );
    }
    if synthetic > 0 {
        sentences.push(format!(
            "{synthetic} areas have no direct estimate with a standard error above 0 and are predicted by the regression alone."
        ));
    }
    sentences
}
