//! Applies a method to a sample.

use std::sync::Arc;

use super::method::net_promoter_score;
use super::{
    Criteria, FactorResult, Index, IndexResult, ItemResult, Method, OpenLinkResults, UnitResults, WaveResults,
};
use crate::estimation::{BetweenLevels, Domain, Measure, Sample, Statistic};
use crate::foundation::Code;
use crate::statistics::{Confidence, SparseCovariance};
use crate::survey::{Unit, Wave};

/// The covariances that the results of so many units of a wave need: those of the headline index between all of them.
#[must_use]
pub fn wanted_covariances(wave: &Wave, method: &Method, units: usize) -> BetweenLevels {
    let headline = method.headline().statistic(&Criteria::of_wave(wave));
    BetweenLevels { levels: (0..units).collect(), statistics: headline.into_iter().collect() }
}

/// The results of a wave. The sample's levels are the wave's units, in the plan's order, its rated items are those of the
/// wave's questionnaire, and it was formed with [`wanted_covariances`].
#[must_use]
pub fn compute(wave: &Wave, method: &Method, sample: &Sample) -> WaveResults {
    let covariance = covariance_of(sample, wave.units.len());
    let units = compute_units(wave, method, &wave.units, sample);
    WaveResults {
        negative_weights: sample.negative_weights().cloned(),
        ..put_together(wave, method, units, (sample.overall(), covariance))
    }
}

/// The covariance between the units of a sample that was formed with [`wanted_covariances`]; 0 throughout where the index has none.
#[must_use]
pub fn covariance_of(sample: &Sample, units: usize) -> SparseCovariance {
    let none = || SparseCovariance::new(vec![0.0; units], []);
    sample.covariance_between(0).cloned().unwrap_or_else(none)
}

/// The results of some of a wave's units, which are the levels of a sample, in this order.
#[must_use]
pub fn compute_units(wave: &Wave, method: &Method, units: &[Unit], sample: &Sample) -> Vec<Arc<UnitResults>> {
    let (criteria, confidence) = (Criteria::of_wave(wave), wave.plan.confidence());
    let of_unit = |(unit, domain): (&Unit, &Domain)| {
        Arc::new(compute_domain(&criteria, method, domain, confidence, Some(unit.code().clone())))
    };
    units.iter().zip(sample.levels()).map(of_unit).collect()
}

/// The results of a wave whose weights are not calibrated, and to which nobody came over the open link: those of all its units,
/// everybody, and the covariance between the units.
#[must_use]
pub fn put_together(
    wave: &Wave,
    method: &Method,
    units: Vec<Arc<UnitResults>>,
    (everybody, covariance): (&Domain, SparseCovariance),
) -> WaveResults {
    let confidence = wave.plan.confidence();
    WaveResults {
        method: method.full_name(),
        headline: method.headline().clone(),
        level: confidence.level,
        uncalibrated: None,
        negative_weights: None,
        open_link: OpenLinkResults::None,
        units,
        overall: compute_domain(&Criteria::of_wave(wave), method, everybody, confidence, None),
        covariance,
    }
}

/// The results of one domain: every item, factor and index with its interval.
#[must_use]
pub fn compute_domain(
    criteria: &Criteria,
    method: &Method,
    domain: &Domain,
    confidence: Confidence,
    unit: Option<Code>,
) -> UnitResults {
    let scales = &criteria.scales;
    let all: Vec<usize> = (0..criteria.items.len()).collect();
    let item = |(position, code): (usize, &Code)| ItemResult {
        item: code.clone(),
        scale: scales[position],
        top2: domain.estimate(&Statistic::item(scales, Measure::Share, position), confidence),
        mean: domain.estimate(&Statistic::item(scales, Measure::Rating, position), confidence),
        makes_nps: criteria.nps_items.contains(&position),
        nps: net_promoter_score(criteria, &[position]).and_then(|nps| domain.estimate(&nps, confidence)),
        distribution: domain.distribution(position),
    };
    let factor = |(code, items): &(Code, Vec<usize>)| {
        let top2 = if items.is_empty() {
            None
        } else {
            let share = Statistic::average(scales, Measure::Share, &[items]).with_unasked(criteria.unasked);
            domain.estimate(&share, confidence)
        };
        FactorResult { factor: code.clone(), top2 }
    };
    let index = |index: &Index| IndexResult {
        index: index.id.clone(),
        estimate: index.statistic(criteria).and_then(|statistic| domain.estimate(&statistic, confidence)),
    };
    UnitResults {
        unit,
        responses: domain.answered_any(&all).unwrap_or_default(),
        items: criteria.items.iter().enumerate().map(item).collect(),
        factors: criteria.factors.iter().map(factor).collect(),
        indices: method.indices_of(criteria).map(index).collect(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use chrono::NaiveDate;

    use super::*;
    use crate::estimation::{Membership, Place, Respondent, SampleBuilder};
    use crate::foundation::{RatingScale, Text, Weight};
    use crate::survey::{
        EstimationPlan, Field, FormLayout, ImportColumns, Item, ItemKind, MeasuredUnits, Period, Plan, Questionnaire,
        RankingPlan, Recordings, Scale, Section, Unit, UnitId, UnitRow, UnitSelection, WaveState,
    };

    fn code(text: &str) -> Code {
        Code::new(text).unwrap()
    }

    /// A factor with an item that is not rated between two that are, and a factor without rated items.
    fn questionnaire() -> Questionnaire {
        let scale = Scale { code: code("likert5"), values: RatingScale::FIVE, labels: vec![], nps: false };
        let likert = ItemKind::Likert(scale.rated());
        let item =
            |name: &str, kind| Item { code: code(name), text: Text::default(), kind, required: false, shown_if: None };
        let section = |name: &str, items| Section { code: code(name), title: Text::default(), items };
        let rated = vec![item("q1", likert.clone()), item("note", ItemKind::Note), item("q2", likert)];
        Questionnaire {
            code: code("small"),
            version: String::new(),
            title: Text::default(),
            languages: vec![],
            partial_languages: vec![],
            scales: vec![scale],
            not_applicable: Text::default(),
            factors: vec![section("rated", rated), section("words", vec![item("why", ItemKind::Note)])],
            respondent: vec![],
        }
    }

    fn unit(name: &str) -> Unit {
        let (level, kind) = (code("district"), code("district"));
        let row = UnitRow {
            code: code(name),
            level,
            kind,
            parent_code: None,
            names: Text::default(),
            valid_from: None,
            valid_to: None,
        };
        Unit { id: UnitId(1), row }
    }

    fn wave() -> Wave {
        let day = NaiveDate::MIN;
        let columns = ImportColumns {
            id: None,
            unit: String::new(),
            stratum: None,
            psu: None,
            weight: None,
            mode: None,
            answered_on: None,
        };
        let plan = Plan {
            code: code("wave"),
            title: Text::default(),
            questionnaire: String::new(),
            method: "sipas-mean@2023".to_owned(),
            method_text: None,
            units: MeasuredUnits {
                level: code("district"),
                codes: UnitSelection::All,
                on: day,
                target: None,
                targets: BTreeMap::new(),
            },
            period: Period { from: day, to: day },
            field: Field { opens: day, closes: day, grace_days: 0 },
            modes: vec![],
            layout: FormLayout::SinglePage,
            default_weight: Weight::ONE,
            missing: crate::tables::MissingCodes::default(),
            columns,
            level: 0.9,
            target_margin: 0.05,
            open_link: crate::survey::OpenLinkPlan::default(),
            estimation: EstimationPlan::default(),
            ranking: RankingPlan::default(),
            calibration: None,
            synthetic: true,
        };
        let units = vec![unit("A"), unit("B"), unit("C")].into();
        Wave { plan, state: WaveState::Open, questionnaire: questionnaire(), units, recordings: Recordings::default() }
    }

    fn results() -> WaveResults {
        let mut builder =
            SampleBuilder::new(&[RatingScale::FIVE; 2], 3).unwrap().counting(&Criteria::of(&questionnaire()).groups());
        for (level, ratings) in [(0, [5, 4]), (0, [3, 4]), (0, [2, 0]), (1, [4, 1]), (1, [1, 1])] {
            let place = Place { stratum: ["a", "b"][level], ..Place::default() };
            let member = Membership { levels: &[level], margins: &[] };
            builder.add_response(&Respondent { member, place, weight: Weight::ONE, ratings: &ratings }).unwrap();
        }
        let (wave, method) = (wave(), Method::named("sipas-mean@2023").unwrap());
        compute(&wave, method, &builder.finish(&wanted_covariances(&wave, method, 3)).unwrap())
    }

    #[test]
    fn a_wave_gets_the_results_of_each_unit_in_the_order_of_the_plan() {
        let results = results();
        let units: Vec<_> = results.units.iter().map(|unit| (unit.unit.clone(), unit.responses)).collect();
        assert_eq!(units, [(Some(code("A")), 3), (Some(code("B")), 2), (Some(code("C")), 0)]);
        assert_eq!((results.overall.responses, results.level), (5, 0.9));
        assert_eq!((results.method.as_str(), results.headline.id.as_str()), ("sipas-mean@2023", "index_score"));
    }

    #[test]
    fn only_rated_items_count_and_a_factor_without_any_has_no_value() {
        let overall = results().overall;
        let items: Vec<_> = overall.items.iter().map(|item| (item.item.as_str(), item.top2.unwrap().n)).collect();
        assert_eq!(items, [("q1", 5), ("q2", 4)]);
        let factors: Vec<_> = overall.factors.iter().map(|factor| factor.top2.map(|estimate| estimate.value)).collect();
        assert_eq!(factors, [Some(0.45), None]);
        assert_eq!(overall.items[1].distribution, Some(vec![0.5, 0.0, 0.0, 0.5, 0.0]));
    }

    #[test]
    fn the_covariance_is_that_of_the_headline_and_0_without_an_estimate() {
        let results = results();
        let se = |unit: usize| results.units[unit].index(&code("index_score")).unwrap().precision.unwrap().se;
        for (i, row) in results.covariance.to_rows().iter().enumerate() {
            for (j, covariance) in row.iter().enumerate() {
                let expected = if i == j && i < 2 { se(i).powi(2) } else { 0.0 };
                assert!((covariance - expected).abs() < 1e-9, "{i} {j} {covariance}");
            }
        }
        let headline = results.headline_estimates();
        assert!(headline[1].1.is_some() && headline[2] == (code("C"), None));
    }
}
