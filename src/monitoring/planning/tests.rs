//! What a plan answers, what it refuses, and that the two ends of every range are answered.

use proptest::prelude::*;

use super::*;

const NOTHING: PlanningQuestion = PlanningQuestion {
    level: 0.95,
    share: 0.85,
    power: 0.8,
    design_effect: 1.0,
    population: None,
    response_rate: None,
    units: None,
    margin: None,
    separate: None,
    answers: None,
};

fn figure(question: &PlanningQuestion, quantity: Quantity) -> Option<f64> {
    let figures = plan_sample(question).unwrap();
    figures.iter().find(|figure| figure.quantity == quantity).unwrap().value
}

#[test]
fn people_and_totals_follow_from_whole_answers() {
    let question =
        PlanningQuestion { margin: Some(0.05), share: 0.5, response_rate: Some(0.5), units: Some(9), ..NOTHING };
    // 384.1 answers are 385.
    assert_eq!(figure(&question, Quantity::PeopleForMargin), Some(770.0));
    assert_eq!(figure(&question, Quantity::AnswersInAllUnits), Some(3465.0));
    assert_eq!(figure(&question, Quantity::AnswersInEach), Some(385.0));
}

#[test]
fn a_margin_that_is_reached_needs_no_more_answers() {
    let question = PlanningQuestion { margin: Some(0.03), answers: Some(500), ..NOTHING };
    assert_eq!(figure(&question, Quantity::MoreAnswers), Some(45.0));
    let question = PlanningQuestion { answers: Some(545), ..question };
    assert_eq!(figure(&question, Quantity::MoreAnswers), Some(0.0));
    assert!(figure(&question, Quantity::MarginReached).unwrap() <= 0.03);
    let question = PlanningQuestion { answers: Some(544), ..question };
    assert!(figure(&question, Quantity::MarginReached).unwrap() > 0.03);
}

#[test]
fn what_exceeds_a_whole_number_by_rounding_needs_no_further_answer() {
    let whole = [400.0 + 1e-11, 400.0, 400.001, 0.2].map(|needed| whole_answers(needed).to_string());
    assert_eq!(whole, ["400", "400", "401", "1"]);
}

#[test]
fn a_number_out_of_range_is_named() {
    let with = |change: &dyn Fn(&mut PlanningQuestion)| {
        let mut question = PlanningQuestion { answers: Some(100), ..NOTHING };
        change(&mut question);
        plan_sample(&question).unwrap_err().to_string()
    };
    let percent = "the margin must be 0.0001 to 0.5, not 3 (write a share: 0.03 for 3%)";
    assert_eq!(with(&|q| q.margin = Some(3.0)), percent);
    for strange in [f64::NAN, f64::INFINITY, -0.5, 0.0] {
        assert!(with(&|q| q.margin = Some(strange)).starts_with("the margin must be"), "{strange}");
        assert!(with(&|q| q.share = strange).starts_with("the expected share must be"), "{strange}");
        assert!(with(&|q| q.design_effect = strange).starts_with("the design effect must be"), "{strange}");
        assert!(with(&|q| q.separate = Some((0.5, strange))).starts_with("a share to separate"), "{strange}");
    }
    assert_eq!(with(&|q| q.units = Some(1)), "the number of units must be 2 to 10000, not 1");
    let same = "the shares to separate must differ by at least 0.0001; 0.8 and 0.8 do not";
    assert_eq!(with(&|q| q.separate = Some((0.8, 0.8))), same);
    assert_eq!(with(&|q| q.population = Some(99)), "there cannot be more answers than people: 100 of 99");
    assert_eq!(with(&|q| q.answers = None), PlanningError::NothingAsked.to_string());
}

#[test]
fn the_ends_of_every_range_are_answered() {
    for (low, share) in [(true, 0.0001), (false, 0.9999), (true, 0.9999), (false, 0.0001)] {
        let pick = |least: f64, most: f64| if low { least } else { most };
        let count = |least: u64, most: u64| if low { least } else { most };
        let question = PlanningQuestion {
            level: pick(0.5, 0.999_999),
            share,
            power: pick(0.5, 0.9999),
            design_effect: pick(0.01, 1000.0),
            population: Some(count(2, PEOPLE_MAX)),
            response_rate: Some(pick(0.0001, 1.0)),
            units: Some(if low { 2 } else { UNITS_MAX }),
            margin: Some(pick(0.0001, 0.5)),
            separate: Some((0.5, pick(0.5001, 0.9999))),
            answers: Some(count(1, PEOPLE_MAX)),
        };
        for figure in plan_sample(&question).unwrap() {
            assert!(figure.value.is_none_or(|value| value.is_finite() && value >= 0.0), "{figure:?}");
        }
    }
}

proptest! {
    #[test]
    fn whatever_is_asked_is_answered_in_finite_numbers_or_refused(
        (level, share, power, design_effect) in (0.4_f64..1.1, -0.1_f64..1.1, 0.4_f64..1.1, -1.0_f64..50.0),
        (population, response_rate, units) in (
            prop::option::of(any::<u64>()), prop::option::of(any::<f64>()), prop::option::of(any::<u32>()),
        ),
        (margin, separate, answers) in (
            prop::option::of(-0.1_f64..0.6),
            prop::option::of((any::<f64>(), -0.1_f64..1.1)),
            prop::option::of(0_u64..20_000),
        ),
    ) {
        let question = PlanningQuestion {
            level, share, power, design_effect, population, response_rate, units, margin, separate, answers,
        };
        if let Ok(figures) = plan_sample(&question) {
            for PlanningFigure { quantity, value } in figures {
                prop_assert!(value.is_none_or(|value| value.is_finite() && value >= 0.0), "{quantity:?} {value:?}");
            }
        }
    }

    #[test]
    fn the_whole_answers_reach_the_margin_and_one_fewer_does_not(
        answers in 20_u64..20_000, share in 0.05_f64..0.95, design_effect in 0.5_f64..4.0,
        population in prop::option::of(20_001_u64..100_000),
    ) {
        let asked = PlanningQuestion { share, design_effect, population, ..NOTHING };
        let reached = |answers| {
            figure(&PlanningQuestion { answers: Some(answers), ..asked }, Quantity::MarginReached).unwrap()
        };
        // A margin between those of two neighbouring numbers of answers.
        let margin = 0.5 * (reached(answers) + reached(answers - 1));
        prop_assume!(margin < 0.5);
        let needed = figure(&PlanningQuestion { margin: Some(margin), ..asked }, Quantity::AnswersForMargin).unwrap();
        prop_assert_eq!(whole_answers(needed).to_string(), answers.to_string());
    }
}
