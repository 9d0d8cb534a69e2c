//! The ratings of each item as one bar: dissatisfied from the left edge, satisfied from the right.
//!
//! Both ends are straight edges, so two items can be compared at either end. The dissatisfied ratings are hatched: the
//! ends are told apart in greyscale and by readers who do not see the colours. A scale of more than five points shades from one
//! colour to the next, and only points with words stand in the legend.

use super::WriteNumber;
use super::svg::{Anchor, Heading, Layout, Svg, wrap};

/// Bars of shares.
pub struct StackedBars<'a> {
    /// Unique on its page.
    pub id: &'a str,
    /// What it shows, in a few words.
    pub title: &'a str,
    /// What one sees, for those who do not.
    pub description: &'a str,
    /// The words of the ratings, worst first; empty for those between the ends of a long scale.
    pub legend: Vec<&'a str>,
    /// The bars, from the top.
    pub rows: Vec<BarRow>,
    /// How a percentage is written.
    pub number: WriteNumber<'a>,
}

/// One bar.
pub struct BarRow {
    /// What was rated.
    pub label: String,
    /// The share of each rating, worst first, 0–1; nothing where nobody answered.
    pub shares: Option<Vec<f64>>,
    /// What stands at the end of the row, such as the share satisfied and its margin.
    pub note: String,
}

struct Measures {
    bar: (f64, f64),
    bar_height: f64,
    label_chars: usize,
    /// From the top of the row to the top of the bar, for so many lines of label.
    bar_offset: fn(f64) -> f64,
    row_height: fn(f64) -> f64,
    legend_columns: usize,
    /// How many characters stand side by side in the legend, whatever the number of columns.
    legend_chars: usize,
}

const LINE_HEIGHT: f64 = 18.0;
const LEGEND_LINE_HEIGHT: f64 = 22.0;

impl Measures {
    fn of(layout: Layout) -> Self {
        match layout {
            Layout::Wide => Self {
                bar: (282.0, 340.0),
                bar_height: 26.0,
                label_chars: 38,
                bar_offset: |lines| (lines * LINE_HEIGHT + 12.0).max(40.0) / 2.0 - 13.0,
                row_height: |lines| (lines * LINE_HEIGHT + 12.0).max(40.0),
                legend_columns: 5,
                legend_chars: 100,
            },
            Layout::Narrow => Self {
                bar: (0.0, 340.0),
                bar_height: 24.0,
                label_chars: 46,
                bar_offset: |lines| lines * LINE_HEIGHT + 6.0,
                row_height: |lines| lines * LINE_HEIGHT + 66.0,
                legend_columns: 2,
                legend_chars: 44,
            },
        }
    }
}

impl StackedBars<'_> {
    /// The drawing.
    #[must_use]
    pub fn svg(&self, layout: Layout) -> String {
        let measures = Measures::of(layout);
        let hatch = format!("{}-{}-hatch", self.id, layout.as_str());
        let mut svg = Svg::default();
        svg.hatch(&hatch);
        let mut y = self.draw_legend(&mut svg, &measures, layout, &hatch);
        for row in &self.rows {
            let lines = wrap(&row.label, measures.label_chars, 3);
            let count = lines.len() as f64;
            let height = (measures.row_height)(count);
            let text_top = match layout {
                Layout::Wide => y + (height - count * LINE_HEIGHT) / 2.0,
                Layout::Narrow => y,
            };
            for (position, line) in lines.iter().enumerate() {
                let baseline = text_top + 14.0 + position as f64 * LINE_HEIGHT;
                svg.text("chart-label", (0.0, baseline), Anchor::Start, line);
            }
            let bar_y = y + (measures.bar_offset)(count);
            self.draw_bar(&mut svg, row, &measures, bar_y, &hatch);
            match layout {
                Layout::Wide => svg.text("chart-note", (760.0, bar_y + 18.0), Anchor::End, &row.note),
                Layout::Narrow => svg.text("chart-note", (0.0, bar_y + 42.0), Anchor::Start, &row.note),
            }
            y += height;
        }
        let heading = Heading { id: self.id, kind: "bars", title: self.title, description: self.description };
        svg.finish(&heading, layout, y + 4.0)
    }

    /// Draws the legend and returns where the bars begin.
    fn draw_legend(&self, svg: &mut Svg, measures: &Measures, layout: Layout, hatch: &str) -> f64 {
        let told: Vec<_> = self.legend.iter().enumerate().filter(|(_, words)| !words.is_empty()).collect();
        let longest = told.iter().map(|(_, words)| words.chars().count()).max().unwrap_or(0);
        let chars = |columns: &usize| measures.legend_chars / columns;
        // As many columns as the words leave room for.
        let columns =
            (1..=measures.legend_columns.min(told.len())).rev().find(|columns| longest <= chars(columns)).unwrap_or(1);
        let column_width = layout.width() / columns as f64;
        let mut bottom = 0.0;
        for (place, (rating, words)) in told.into_iter().enumerate() {
            let x = (place % columns) as f64 * column_width;
            let y = (place / columns) as f64 * LEGEND_LINE_HEIGHT;
            draw_segment(svg, (rating, self.legend.len()), (x, y + 2.0), (14.0, 14.0), hatch);
            let words = wrap(words, chars(&columns), 1).concat();
            svg.text("chart-tick", (x + 20.0, y + 14.0), Anchor::Start, &words);
            bottom = y + LEGEND_LINE_HEIGHT;
        }
        bottom + 8.0
    }

    fn draw_bar(&self, svg: &mut Svg, row: &BarRow, measures: &Measures, y: f64, hatch: &str) {
        let Some(shares) = row.shares.as_deref().map(normalised) else {
            svg.rect("chart-empty", (measures.bar.0, y), (measures.bar.1, measures.bar_height));
            return;
        };
        let mut x = measures.bar.0;
        let points = shares.len();
        for (rating, share) in shares.into_iter().enumerate() {
            let width = share * measures.bar.1;
            draw_segment(svg, (rating, points), (x, y), (width, measures.bar_height), hatch);
            // Narrower segments have no room for two digits.
            if width >= 26.0 {
                let class = format!("chart-share chart-on-rating-{}", colour(rating, points));
                let middle = (x + width / 2.0, y + measures.bar_height / 2.0 + 4.5);
                svg.text(&class, middle, Anchor::Middle, &(self.number)(share * 100.0, 0));
            }
            x += width;
        }
    }
}

/// Which of the five colours, worst first from 1, a rating has among so many.
fn colour(rating: usize, points: usize) -> usize {
    let (rating, points) = (rating.min(points.saturating_sub(1)), points.max(2));
    match points {
        2 => [1, 5][rating],
        3 => [1, 3, 5][rating],
        4 => [1, 2, 4, 5][rating],
        _ => 1 + (4 * rating + (points - 1) / 2) / (points - 1),
    }
}

fn draw_segment(svg: &mut Svg, (rating, points): (usize, usize), corner: (f64, f64), size: (f64, f64), hatch: &str) {
    svg.rect(&format!("chart-rating-{}", colour(rating, points)), corner, size);
    if rating == 0 {
        svg.hatched(hatch, corner, size);
    }
}

/// The shares as parts of one whole; what is negative or not a number counts as nothing.
fn normalised(shares: &[f64]) -> Vec<f64> {
    let finite = |share: &f64| if share.is_finite() { share.clamp(0.0, 1.0) } else { 0.0 };
    let sum: f64 = shares.iter().map(finite).sum();
    shares.iter().map(|share| if sum > 0.0 { finite(share) / sum } else { 0.0 }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bars(rows: Vec<BarRow>) -> String {
        let bars = StackedBars {
            id: "access",
            title: "Access",
            description: "Two items",
            legend: vec!["Very dissatisfied", "Dissatisfied", "Neutral", "Satisfied", "Very satisfied"],
            rows,
            number: &|value, decimals| format!("{value:.*}", usize::from(decimals)),
        };
        Layout::ALL.map(|layout| bars.svg(layout)).concat()
    }

    #[test]
    fn two_items_and_one_without_answers_are_drawn() {
        let row = |label: &str, shares| BarRow { label: label.to_owned(), shares, note: "84.9 ± 2.1".to_owned() };
        insta::assert_snapshot!(bars(vec![
            row("The waiting area has enough seats for all who wait there", Some(vec![0.02, 0.05, 0.1, 0.5, 0.33])),
            row("Nobody answered <this>", None),
        ]));
    }

    #[test]
    fn short_and_long_scales_run_from_the_first_colour_to_the_last() {
        let colours = |points: usize| (0..points).map(|rating| colour(rating, points)).collect::<Vec<_>>();
        assert_eq!((colours(2), colours(3), colours(4)), (vec![1, 5], vec![1, 3, 5], vec![1, 2, 4, 5]));
        assert_eq!((colours(5), colours(7)), (vec![1, 2, 3, 4, 5], vec![1, 2, 2, 3, 4, 4, 5]));
        assert_eq!(colours(11), [1, 1, 2, 2, 3, 3, 3, 4, 4, 5, 5]);
    }

    proptest::proptest! {
        #[test]
        fn any_shares_make_a_drawing_without_nan(shares in proptest::collection::vec(proptest::num::f64::ANY, 2..=11)) {
            let svg = bars(vec![BarRow { label: String::new(), shares: Some(shares.clone()), note: String::new() }]);
            proptest::prop_assert!(!svg.contains("NaN") && !svg.contains("inf"));
            let total: f64 = normalised(&shares).iter().sum();
            proptest::prop_assert!(total.abs() < 1e-12 || (total - 1.0).abs() < 1e-12);
        }
    }
}
