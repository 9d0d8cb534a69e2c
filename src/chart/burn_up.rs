//! Answers collected by day, against the target and an even pace.

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};

use super::WriteNumber;
use super::axis::Axis;
use super::svg::{Anchor, Heading, Layout, Svg, wrap};

/// A burn-up chart.
pub struct BurnUp<'a> {
    /// Unique on its page.
    pub id: &'a str,
    /// What it shows, in a few words.
    pub title: &'a str,
    /// What one sees, for those who do not.
    pub description: &'a str,
    /// The words in it.
    pub words: BurnUpWords<'a>,
    /// The first and the last day of the axis.
    pub days: (NaiveDate, NaiveDate),
    /// The last day that has been counted.
    pub today: NaiveDate,
    /// How many answers were given on each day; days outside the axis count at its ends.
    pub by_day: &'a BTreeMap<NaiveDate, u64>,
    /// How many answers are wanted by the last day.
    pub target: Option<u64>,
    /// How counts are written.
    pub number: WriteNumber<'a>,
    /// How days are written below the axis.
    pub date: &'a dyn Fn(NaiveDate) -> String,
}

/// The words in a burn-up chart.
pub struct BurnUpWords<'a> {
    /// "answers so far".
    pub answered: &'a str,
    /// "even pace".
    pub pace: &'a str,
    /// "target".
    pub target: &'a str,
    /// What the vertical axis counts.
    pub axis_title: &'a str,
}

/// Where the plot stands in the drawing, in user units.
struct Plot {
    left: f64,
    right: f64,
    top: f64,
    bottom: f64,
    date_labels_max: i64,
}

impl BurnUp<'_> {
    /// The drawing.
    #[must_use]
    pub fn svg(&self, layout: Layout) -> String {
        let (height, date_labels_max) = match layout {
            Layout::Wide => (300.0, 6),
            Layout::Narrow => (270.0, 4),
        };
        let plot = Plot { left: 52.0, right: layout.width() - 26.0, top: 54.0, bottom: height - 34.0, date_labels_max };
        let steps = self.steps();
        let answered = steps.last().map_or(0, |step| step.1);
        let top_value = answered.max(self.target.unwrap_or(0)).max(1) as f64;
        let counts = Axis::covering([0.0, top_value].into_iter(), 4.0, plot.bottom, plot.top - plot.bottom);
        let mut svg = Svg::default();
        self.draw_legend(&mut svg, &plot, layout, answered);
        self.draw_axes(&mut svg, &plot, &counts);
        if let Some(target) = self.target {
            let y = counts.at(target as f64);
            svg.line("chart-target", (plot.left, y), (plot.right, y));
            svg.line("chart-pace", (plot.left, plot.bottom), (plot.right, y));
        }
        let points: Vec<_> = steps.iter().map(|(day, count)| (self.x(&plot, *day), counts.at(*count as f64))).collect();
        svg.polyline("chart-answered", &points);
        if let Some(last) = points.last() {
            svg.circle("chart-dot", *last, 4.0);
        }
        let heading = Heading { id: self.id, kind: "burnup", title: self.title, description: self.description };
        svg.finish(&heading, layout, height)
    }

    /// The days of the axis as a number of steps from the first; the evening of the first day is 1.
    fn length(&self) -> i64 {
        (self.days.1 - self.days.0).num_days().max(0) + 1
    }

    fn x(&self, plot: &Plot, day: i64) -> f64 {
        plot.left + (plot.right - plot.left) * day as f64 / self.length() as f64
    }

    /// The cumulative count on the evening of each day, from zero on the first morning until today.
    fn steps(&self) -> Vec<(i64, u64)> {
        let mut steps = vec![(0, 0)];
        let mut sum = 0_u64;
        let mut note = |day: NaiveDate, count: u64| {
            sum = sum.saturating_add(count);
            let evening = ((day - self.days.0).num_days() + 1).clamp(0, self.length());
            match steps.last_mut() {
                Some(last) if last.0 == evening => last.1 = sum,
                _ => steps.push((evening, sum)),
            }
        };
        for (day, count) in self.by_day {
            // A day without answers is flat, not a slope towards the next day that has some.
            if let Some(eve) = day.pred_opt().filter(|eve| (self.days.0..=self.days.1).contains(eve)) {
                note(eve, 0);
            }
            note(*day, *count);
        }
        note(self.today.max(self.by_day.keys().next_back().copied().unwrap_or(self.today)), 0);
        steps
    }

    fn draw_legend(&self, svg: &mut Svg, plot: &Plot, layout: Layout, answered: u64) {
        svg.text("chart-axis-title", (0.0, plot.top - 14.0), Anchor::Start, self.words.axis_title);
        let target = self.target.map(|target| {
            [
                ("chart-pace", self.words.pace.to_owned()),
                ("chart-target", format!("{} {}", self.words.target, (self.number)(target as f64, 0))),
            ]
        });
        let first = ("chart-answered", format!("{} {}", self.words.answered, (self.number)(answered as f64, 0)));
        let entries = std::iter::once(first).chain(target.into_iter().flatten());
        let (mut x, gap) = match layout {
            Layout::Wide => (0.0, 52.0),
            Layout::Narrow => (0.0, 36.0),
        };
        for (class, words) in entries {
            let words = wrap(&words, 24, 1).concat();
            svg.line(class, (x, 12.0), (x + 18.0, 12.0));
            svg.text("chart-tick", (x + 24.0, 16.0), Anchor::Start, &words);
            // About 6.4 units a character at the size of ticks.
            x += gap + 6.8 * words.chars().count() as f64;
        }
    }

    fn draw_axes(&self, svg: &mut Svg, plot: &Plot, counts: &Axis) {
        for tick in counts.ticks() {
            let y = counts.at(tick);
            svg.line("chart-grid", (plot.left, y), (plot.right, y));
            svg.text("chart-tick", (plot.left - 8.0, y + 4.0), Anchor::End, &(self.number)(tick, 0));
        }
        svg.line("chart-axis", (plot.left, plot.bottom), (plot.right, plot.bottom));
        let length = self.length();
        let step = [1, 2, 5, 7, 14, 28, 56].into_iter().find(|step| length / step < plot.date_labels_max);
        let step = step.unwrap_or(length / plot.date_labels_max + 1);
        for day in (0..).map(|n| n * step).take_while(|day| *day < length) {
            // A label belongs to the middle of its day.
            let x = f64::midpoint(self.x(plot, day), self.x(plot, day + 1));
            svg.line("chart-axis", (x, plot.bottom), (x, plot.bottom + 5.0));
            let Some(date) = u64::try_from(day).ok().and_then(|day| self.days.0.checked_add_days(Days::new(day)))
            else {
                continue;
            };
            svg.text("chart-tick", (x, plot.bottom + 20.0), Anchor::Middle, &(self.date)(date));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2024, 11, day).unwrap()
    }

    fn chart(by_day: &BTreeMap<NaiveDate, u64>, days: (NaiveDate, NaiveDate), target: Option<u64>) -> String {
        let chart = BurnUp {
            id: "burn",
            title: "Answers",
            description: "By day",
            words: BurnUpWords { answered: "answered", pace: "even pace", target: "target", axis_title: "Answers" },
            days,
            today: day(12),
            by_day,
            target,
            number: &|value, decimals| format!("{value:.*}", usize::from(decimals)),
            date: &|date| date.format("%-d.%-m.").to_string(),
        };
        Layout::ALL.map(|layout| chart.svg(layout)).concat()
    }

    #[test]
    fn answers_rise_towards_the_target_and_pause_on_empty_days() {
        let by_day = BTreeMap::from([(day(3), 40), (day(4), 60), (day(8), 100)]);
        insta::assert_snapshot!(chart(&by_day, (day(1), day(20)), Some(400)));
    }

    #[test]
    fn no_answer_no_target_and_reversed_days_are_still_a_drawing() {
        assert!(chart(&BTreeMap::new(), (day(9), day(2)), None).contains("</svg>"));
    }

    proptest::proptest! {
        #[test]
        fn any_counts_make_a_drawing_without_nan(
            counts in proptest::collection::vec((1_u32..30, proptest::num::u64::ANY), 0..9),
            first in 1_u32..30, last in 1_u32..30, target in proptest::option::of(proptest::num::u64::ANY),
        ) {
            let by_day = counts.into_iter().map(|(on, count)| (day(on), count)).collect();
            let svg = chart(&by_day, (day(first), day(last)), target);
            proptest::prop_assert!(!svg.contains("NaN") && !svg.contains("inf"));
        }
    }
}
