//! A dot with an interval for each unit, grouped in tiers: what a ranking looks like when it says how sure it is.

use super::WriteNumber;
use super::axis::Axis;
use super::svg::{Anchor, Heading, Layout, Svg, wrap};

/// A dot plot of units in tiers, best first.
pub struct DotPlot<'a> {
    /// Unique on its page.
    pub id: &'a str,
    /// What it shows, in a few words.
    pub title: &'a str,
    /// What one sees, for those who do not.
    pub description: &'a str,
    /// What the axis measures, with its unit.
    pub axis_title: &'a str,
    /// The heads of the columns of names, values and notes.
    pub heads: [&'a str; 3],
    /// Groups of rows, from the top.
    pub tiers: Vec<Tier>,
    /// A value that all rows are compared with.
    pub reference: Option<Reference>,
    /// Where the axis ends at the latest, whatever intervals reach; a dot beyond draws it out.
    pub limits: [f64; 2],
    /// How values and ticks are written.
    pub number: WriteNumber<'a>,
}

/// Rows that belong together.
pub struct Tier {
    /// Its name; nothing is drawn above the rows when it is empty.
    pub label: String,
    /// Its rows, from the top.
    pub rows: Vec<DotRow>,
}

/// One row.
pub struct DotRow {
    /// Whose row it is.
    pub name: String,
    /// Where the dot stands.
    pub value: f64,
    /// The line through the dot.
    pub interval: Option<Interval>,
    /// What stands at the end of the row, such as a rank set `1–3`.
    pub note: String,
}

/// An interval, both ends included.
#[derive(Clone, Copy)]
pub struct Interval {
    /// The lower end.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

/// A vertical line with its name.
pub struct Reference {
    /// Where it stands.
    pub value: f64,
    /// What it is.
    pub label: String,
}

/// The measures of a layout, in user units.
struct Measures {
    plot: (f64, f64),
    row_height: f64,
    /// The line's height within its row.
    line_y: f64,
    /// The baseline of the row's texts.
    text_y: f64,
    value_x: f64,
    note_x: f64,
    name_chars: usize,
    ticks_wished: f64,
    /// Which part of a higher row's extra height lies above its line, and above its value and note.
    extra_above_line: f64,
    extra_above_text: f64,
}

impl Measures {
    fn of(layout: Layout) -> Self {
        match layout {
            Layout::Wide => Self {
                plot: (190.0, 400.0),
                row_height: 34.0,
                line_y: 17.0,
                text_y: 22.0,
                value_x: 664.0,
                note_x: 748.0,
                name_chars: 23,
                ticks_wished: 6.0,
                extra_above_line: 0.5,
                extra_above_text: 0.5,
            },
            Layout::Narrow => Self {
                plot: (14.0, 312.0),
                row_height: 54.0,
                line_y: 38.0,
                text_y: 21.0,
                value_x: 256.0,
                note_x: 332.0,
                name_chars: 22,
                ticks_wished: 4.0,
                extra_above_line: 1.0,
                extra_above_text: 0.0,
            },
        }
    }

    fn name_lines(&self, row: &DotRow) -> Vec<String> {
        wrap(&row.name, self.name_chars, NAME_LINES_MAX)
    }

    fn height_of(&self, row: &DotRow) -> f64 {
        self.row_height + (self.name_lines(row).len() as f64 - 1.0) * NAME_LINE_HEIGHT
    }
}

/// A name has at most this many lines, each after the first making its row higher.
const NAME_LINES_MAX: usize = 2;
const NAME_LINE_HEIGHT: f64 = 16.0;
const HEAD_HEIGHT: f64 = 30.0;
const TIER_LABEL_HEIGHT: f64 = 24.0;
const TIER_GAP: f64 = 6.0;
const FOOT_HEIGHT: f64 = 52.0;
const REFERENCE_HEIGHT: f64 = 20.0;

impl Tier {
    fn label_height(&self) -> f64 {
        if self.label.is_empty() { 0.0 } else { TIER_LABEL_HEIGHT }
    }

    fn height(&self, measures: &Measures) -> f64 {
        self.label_height() + self.rows.iter().map(|row| measures.height_of(row)).sum::<f64>()
    }
}

impl DotPlot<'_> {
    /// The drawing.
    #[must_use]
    pub fn svg(&self, layout: Layout) -> String {
        let measures = Measures::of(layout);
        let axis = Axis::covering(self.values(), measures.ticks_wished, measures.plot.0, measures.plot.1);
        // What rounding adds to 100 % lies beyond by less than a tenth of a pixel.
        let [low, high] = self.limits;
        let is_inside = |row: &DotRow| row.value > low - 1e-6 && row.value < high + 1e-6;
        let is_limited = self.tiers.iter().flat_map(|tier| &tier.rows).all(is_inside);
        let axis = if is_limited { axis.within(self.limits) } else { axis };
        let heights = self.tiers.iter().map(|tier| tier.height(&measures) + TIER_GAP);
        let bottom = HEAD_HEIGHT + heights.sum::<f64>();
        let mut svg = Svg::default();
        self.draw_heads(&mut svg, &measures);
        self.draw_bands(&mut svg, &measures, layout);
        self.draw_axis(&mut svg, &axis, bottom);
        let mut y = HEAD_HEIGHT;
        for tier in &self.tiers {
            y += tier.label_height();
            for row in &tier.rows {
                self.draw_row(&mut svg, row, &axis, &measures, y);
                y += measures.height_of(row);
            }
            y += TIER_GAP;
        }
        let foot = if self.reference.is_some() { FOOT_HEIGHT + REFERENCE_HEIGHT } else { FOOT_HEIGHT };
        let heading = Heading { id: self.id, kind: "dots", title: self.title, description: self.description };
        svg.finish(&heading, layout, bottom + foot)
    }

    /// Everything that the axis must cover.
    fn values(&self) -> impl Iterator<Item = f64> {
        let of_row = |row: &DotRow| {
            let ends = row.interval.map_or([row.value; 2], |interval| [interval.low, interval.high]);
            [row.value, ends[0], ends[1]]
        };
        let reference = self.reference.iter().map(|reference| reference.value);
        self.tiers.iter().flat_map(|tier| &tier.rows).flat_map(of_row).chain(reference)
    }

    fn draw_heads(&self, svg: &mut Svg, measures: &Measures) {
        let baseline = HEAD_HEIGHT - 12.0;
        svg.text("chart-head", (8.0, baseline), Anchor::Start, self.heads[0]);
        svg.text("chart-head", (measures.value_x, baseline), Anchor::End, self.heads[1]);
        svg.text("chart-head", (measures.note_x, baseline), Anchor::End, self.heads[2]);
    }

    fn draw_bands(&self, svg: &mut Svg, measures: &Measures, layout: Layout) {
        let mut y = HEAD_HEIGHT;
        for tier in &self.tiers {
            let height = tier.height(measures);
            svg.rect("chart-band", (0.0, y), (layout.width(), height));
            if !tier.label.is_empty() {
                svg.text("chart-tier", (8.0, y + 17.0), Anchor::Start, &tier.label);
            }
            y += height + TIER_GAP;
        }
    }

    fn draw_axis(&self, svg: &mut Svg, axis: &Axis, bottom: f64) {
        for tick in axis.ticks() {
            let x = axis.at(tick);
            svg.line("chart-grid", (x, HEAD_HEIGHT), (x, bottom));
            svg.text("chart-tick", (x, bottom + 16.0), Anchor::Middle, &(self.number)(tick, axis.decimals()));
        }
        let centre = f64::midpoint(axis.at(axis.low), axis.at(axis.high));
        svg.text("chart-axis-title", (centre, bottom + 38.0), Anchor::Middle, self.axis_title);
        if let Some(reference) = self.reference.as_ref().filter(|reference| reference.value.is_finite()) {
            let x = axis.at(reference.value);
            svg.line("chart-reference", (x, HEAD_HEIGHT), (x, bottom));
            // The label stays inside the drawing however far out its line is.
            svg.line("chart-reference", (centre - 150.0, bottom + 55.0), (centre - 130.0, bottom + 55.0));
            svg.text("chart-tick", (centre - 122.0, bottom + 59.0), Anchor::Start, &reference.label);
        }
    }

    fn draw_row(&self, svg: &mut Svg, row: &DotRow, axis: &Axis, measures: &Measures, y: f64) {
        let names = measures.name_lines(row);
        let extra = measures.height_of(row) - measures.row_height;
        let line_y = y + measures.line_y + extra * measures.extra_above_line;
        if let Some(Interval { low, high }) = row.interval.filter(|ends| ends.low.is_finite() && ends.high.is_finite())
        {
            let (left, right) = (axis.at(low), axis.at(high));
            svg.line("chart-interval", (left, line_y), (right, line_y));
            for end in [left, right] {
                svg.line("chart-cap", (end, line_y - 5.0), (end, line_y + 5.0));
            }
        }
        for (position, line) in names.iter().enumerate() {
            let baseline = y + measures.text_y + position as f64 * NAME_LINE_HEIGHT;
            svg.text("chart-name", (8.0, baseline), Anchor::Start, line);
        }
        let text_y = y + measures.text_y + extra * measures.extra_above_text;
        if row.value.is_finite() {
            svg.circle("chart-dot", (axis.at(row.value), line_y), 5.0);
            svg.text("chart-value", (measures.value_x, text_y), Anchor::End, &(self.number)(row.value, 2));
        }
        svg.text("chart-note", (measures.note_x, text_y), Anchor::End, &row.note);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plot(tiers: Vec<Tier>) -> String {
        let plot = DotPlot {
            id: "ranking",
            title: "Ranking <2024>",
            description: "Three districts",
            axis_title: "Satisfied, %",
            heads: ["District", "Index", "Rank"],
            tiers,
            reference: Some(Reference { value: 83.0, label: "All: 83".to_owned() }),
            limits: [0.0, 100.0],
            number: &|value, decimals| format!("{value:.*}", usize::from(decimals)),
        };
        Layout::ALL.map(|layout| plot.svg(layout)).concat()
    }

    fn row(name: &str, value: f64, half: f64, note: &str) -> DotRow {
        let interval = Some(Interval { low: value - half, high: value + half });
        DotRow { name: name.to_owned(), value, interval, note: note.to_owned() }
    }

    #[test]
    fn a_ranking_in_two_tiers_is_drawn() {
        let first =
            vec![row("Bắc Hà", 86.92, 1.4, "1–2"), row("Bát Xát & a name that takes two lines", 85.1, 1.2, "1–2")];
        insta::assert_snapshot!(plot(vec![
            Tier { label: "Tier 1".to_owned(), rows: first },
            Tier { label: "Tier 2".to_owned(), rows: vec![row("Lào Cai", 79.0, 1.1, "3")] },
        ]));
    }

    #[test]
    fn the_axis_stands_below_every_row_however_long_the_names() {
        let long = (0..4).map(|_| row("Công chức trực tiếp giải quyết công việc", 80.0, 1.0, "")).collect();
        let svg = plot(vec![Tier { label: String::new(), rows: long }]);
        // Four rows of 34 + 16 below a head of 30 and above a gap of 6 in the wide layout; its ticks are 16 lower.
        assert!(svg.contains(r#"y="252" text-anchor="middle">"#), "{svg}");
    }

    #[test]
    fn a_plot_of_nothing_is_still_a_drawing() {
        assert!(plot(Vec::new()).contains("</svg>"));
    }

    proptest::proptest! {
        #[test]
        fn any_numbers_and_words_make_a_drawing_without_nan(
            value in proptest::num::f64::ANY,
            low in proptest::num::f64::ANY,
            high in proptest::num::f64::ANY,
            name in ".{0,40}",
        ) {
            let odd = DotRow { name: name.clone(), value, interval: Some(Interval { low, high }), note: name };
            let svg = plot(vec![Tier { label: String::new(), rows: vec![odd, row("b", 1.0, 1.0, "")] }]);
            let attributes = svg.split('<').map(|tag| tag.split('>').next().unwrap_or_default());
            for tag in attributes {
                proptest::prop_assert!(!tag.contains("NaN") && !tag.contains("inf"), "{}", tag);
            }
        }
    }
}
