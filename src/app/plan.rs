//! `plumbline plan`: the figures of a sample plan as text for officials, as JSON and as CSV.

use std::process::ExitCode;

use serde::Serialize;

use super::command_line::{PlanArguments, PlanFormat};
use super::error::AnyError;
use super::terminal::say;
use crate::monitoring::{PlanningFigure, PlanningQuestion, Quantity, plan_sample, whole_answers};
use crate::web::Language;

const SLOVIN_NOTE: &str = "\
Slovin's number differs because it supposes a share of one half, a simple random sample and 95% confidence;
it knows neither the expected share nor the design effect.";

const ORDER_NOTE: &str = "\
Jointly (by Bonferroni, the first step of Holm's procedure) means that with the stated confidence no pair at all is
told apart wrongly. Units that differ by less may come out in the wrong order by chance alone.";

/// One figure, with what it means.
#[derive(Debug, Serialize)]
struct Row {
    quantity: Quantity,
    value: Option<f64>,
    unit: &'static str,
    meaning: String,
}

/// All of it, for programs.
#[derive(Debug, Serialize)]
struct Document<'a> {
    assumptions: &'a PlanningQuestion,
    figures: &'a [Row],
}

pub(super) fn plan(arguments: &PlanArguments) -> Result<ExitCode, AnyError> {
    let question = question(arguments);
    let row = |PlanningFigure { quantity, value }| {
        let (unit, meaning) = explain(quantity, &question);
        Row { quantity, value, unit, meaning }
    };
    let rows: Vec<Row> = plan_sample(&question)?.into_iter().map(row).collect();
    let text = match arguments.format {
        PlanFormat::Text => text(&question, &rows),
        PlanFormat::Json => {
            let document = Document { assumptions: &question, figures: &rows };
            serde_json::to_string_pretty(&document)? + "\n"
        }
        PlanFormat::Csv => {
            let mut writer = csv::Writer::from_writer(Vec::new());
            rows.iter().try_for_each(|row| writer.serialize(row))?;
            String::from_utf8(writer.into_inner()?)?
        }
    };
    say!("{}", text.trim_end());
    Ok(ExitCode::SUCCESS)
}

fn question(arguments: &PlanArguments) -> PlanningQuestion {
    let PlanArguments { margin, separate, answers, share, design_effect, level, power, .. } = *arguments;
    let higher = separate.map(|(first, second)| first.max(second));
    PlanningQuestion {
        level,
        share: share.or(higher).unwrap_or(0.5),
        power,
        design_effect,
        population: arguments.population,
        response_rate: arguments.response_rate,
        units: arguments.units,
        margin,
        separate,
        answers,
    }
}

/// A share as a percentage with as many of two decimals as it needs.
fn percent(share: f64) -> String {
    let text = Language::English.format_percent(share, 2);
    let number = text.trim_end_matches('%').trim_end_matches('0').trim_end_matches('.');
    format!("{number}%")
}

fn points(share: f64) -> String {
    let number = percent(share);
    format!("{} points", number.trim_end_matches('%'))
}

fn count(value: f64) -> String {
    Language::English.format_number(value, 0)
}

/// The unit of a figure and the words that follow its number.
fn explain(quantity: Quantity, question: &PlanningQuestion) -> (&'static str, String) {
    let PlanningQuestion { share, power, response_rate, margin, separate, answers, units, .. } = *question;
    let (level, power, share) = (percent(question.level), percent(power), percent(share));
    let rate = percent(response_rate.unwrap_or(1.0));
    let margin = points(margin.unwrap_or(0.0));
    let (first, second) = separate.unwrap_or((0.0, 0.0));
    let pair = format!("{} from {}", percent(first), percent(second));
    let (given, units) = (count(answers.unwrap_or(0) as f64), f64::from(units.unwrap_or(0)));
    let (pairs, units) = (count(units * (units - 1.0) / 2.0), count(units));
    let worse = |by: &str| format!("that a unit truly {by} below {share} comes out ahead of it");
    match quantity {
        Quantity::AnswersForMargin => ("answers", format!("in a unit give a margin of ±{margin}")),
        Quantity::PeopleForMargin => ("people", format!("in a unit to be asked for them, if {rate} answer")),
        Quantity::AnswersInAllUnits => ("answers", format!("in all {units} units together")),
        Quantity::AnswersBySlovin => ("answers", format!("by Slovin's formula for ±{margin}")),
        Quantity::AnswersToSeparate => ("answers", format!("in each of two units tell {pair} with {power} power")),
        Quantity::PeopleToSeparate => ("people", format!("in each to be asked for them, if {rate} answer")),
        Quantity::AnswersToSeparateJointly => {
            ("answers", format!("in each do so jointly among all {pairs} pairs of {units} units"))
        }
        Quantity::PowerReached => ("probability", format!("that {given} answers in each tell {pair}")),
        Quantity::PowerReachedJointly => {
            ("probability", format!("that they do so jointly among all {pairs} pairs of {units} units"))
        }
        Quantity::MarginReached => ("share", format!("is the margin (±) of {given} answers at {share}")),
        Quantity::IntervalLow => ("share", format!("is the lower end of the {level} interval (Wilson)")),
        Quantity::IntervalHigh => ("share", "is its upper end".to_owned()),
        Quantity::MoreAnswers => ("answers", format!("more give a margin of ±{margin}")),
        Quantity::AnswersInEach => ("answers", "in each unit mean that".to_owned()),
        Quantity::DifferenceSeparated => {
            ("share", format!("below {share} is the nearest unit told apart with {power} power"))
        }
        Quantity::Pairs => ("pairs", format!("are compared in a ranking of {units} units")),
        Quantity::DifferenceSeparatedJointly => {
            ("share", format!("below {share} is the nearest unit told apart jointly among all pairs"))
        }
        Quantity::MisorderedAtOnePoint => ("probability", worse("1 point")),
        Quantity::MisorderedAtTwoPoints => ("probability", worse("2 points")),
        Quantity::MisorderedAtFivePoints => ("probability", worse("5 points")),
    }
}

/// A figure's number and unit: answers and people as whole ones, rounded up; differences of shares in points; the rest
/// as percentages.
fn shown(row: &Row) -> (String, &'static str) {
    use Quantity::{DifferenceSeparated, DifferenceSeparatedJointly, IntervalHigh, IntervalLow, MarginReached};
    let Some(value) = row.value else { return ("none".to_owned(), "") };
    let (english, unit) = (Language::English, row.unit);
    let number = match (row.quantity, unit) {
        (Quantity::AnswersBySlovin, _) => english.format_number(value, 1),
        (_, "answers" | "people" | "pairs") => count(whole_answers(value)),
        (MarginReached | DifferenceSeparated | DifferenceSeparatedJointly, _) => {
            english.format_number(value * 100.0, 2)
        }
        // A chance below a thousandth of a percent is not one of 0.
        (_, "probability") if value > 0.0 && value < 1e-5 => "<0.001%".to_owned(),
        (_, "probability") => english.format_percent(value, if value < 0.001 { 3 } else { 1 }),
        _ => english.format_percent(value, 2),
    };
    match row.quantity {
        MarginReached | DifferenceSeparated | DifferenceSeparatedJointly => (number, "points"),
        IntervalLow | IntervalHigh => (number, ""),
        _ => (number, unit),
    }
}

fn assumptions(question: &PlanningQuestion) -> String {
    let level = percent(question.level);
    let share = format!("an expected share of {}", percent(question.share));
    let mut parts = vec![share, format!("a design effect of {}", question.design_effect)];
    if let Some(people) = question.population {
        parts.push(format!("{} people in a unit", count(people as f64)));
    }
    format!("At {level} confidence, for {}:", parts.join(", "))
}

fn text(question: &PlanningQuestion, rows: &[Row]) -> String {
    let cells: Vec<(String, &str)> = rows.iter().map(shown).collect();
    let width = cells.iter().map(|(value, ..)| value.chars().count()).max().unwrap_or(0);
    let mut lines = vec![assumptions(question)];
    for (position, (row, (value, unit))) in rows.iter().zip(cells).enumerate() {
        if position == 0 || starts_a_block(row.quantity) {
            lines.push(String::new());
        }
        lines.push(format!("  {value:>width$}  {unit:<11}  {}", row.meaning));
    }
    let notes = [(question.margin.is_some(), SLOVIN_NOTE), (question.units.is_some(), ORDER_NOTE)];
    lines.extend(notes.iter().filter(|(applies, _)| *applies).map(|(_, note)| format!("\n{note}")));
    lines.join("\n") + "\n"
}

fn starts_a_block(quantity: Quantity) -> bool {
    matches!(quantity, Quantity::AnswersToSeparate | Quantity::MarginReached | Quantity::AnswersInEach)
}
