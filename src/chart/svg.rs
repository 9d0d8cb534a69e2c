//! The few shapes that the charts are made of, written safely.

use std::fmt::Write as _;

/// For which screens a chart is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// Screens from about 640 px, and paper: names at the left of their lines.
    Wide,
    /// Phones: names above their lines.
    Narrow,
}

impl Layout {
    /// Both layouts; a page holds both and shows one.
    pub const ALL: [Self; 2] = [Self::Wide, Self::Narrow];

    /// Width in user units, which are pixels at the size the layout is meant for.
    pub(super) fn width(self) -> f64 {
        match self {
            Self::Wide => 760.0,
            Self::Narrow => 340.0,
        }
    }

    /// The layout's name in classes and ids.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Wide => "wide",
            Self::Narrow => "narrow",
        }
    }
}

/// Where a text begins relative to its x.
#[derive(Clone, Copy)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

/// A growing drawing.
#[derive(Default)]
pub(super) struct Svg {
    body: String,
}

/// What a screen reader says of the drawing, and its identity on the page.
pub(super) struct Heading<'a> {
    pub(super) id: &'a str,
    pub(super) kind: &'static str,
    pub(super) title: &'a str,
    pub(super) description: &'a str,
}

impl Svg {
    pub(super) fn line(&mut self, class: &str, from: (f64, f64), to: (f64, f64)) {
        let [x1, y1, x2, y2] = [from.0, from.1, to.0, to.1].map(coordinate);
        self.push(&format!(r#"<line class="{class}" x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}"/>"#));
    }

    pub(super) fn rect(&mut self, class: &str, corner: (f64, f64), size: (f64, f64)) {
        let [x, y, width, height] = [corner.0, corner.1, size.0.max(0.0), size.1.max(0.0)].map(coordinate);
        self.push(&format!(r#"<rect class="{class}" x="{x}" y="{y}" width="{width}" height="{height}"/>"#));
    }

    pub(super) fn circle(&mut self, class: &str, centre: (f64, f64), radius: f64) {
        let [x, y, r] = [centre.0, centre.1, radius].map(coordinate);
        self.push(&format!(r#"<circle class="{class}" cx="{x}" cy="{y}" r="{r}"/>"#));
    }

    /// A line through the points.
    pub(super) fn polyline(&mut self, class: &str, points: &[(f64, f64)]) {
        let mut written = String::new();
        for (x, y) in points {
            let _ = write!(written, "{},{} ", coordinate(*x), coordinate(*y));
        }
        self.push(&format!(r#"<polyline class="{class}" points="{}"/>"#, written.trim_end()));
    }

    pub(super) fn text(&mut self, class: &str, at: (f64, f64), anchor: Anchor, text: &str) {
        let [x, y] = [at.0, at.1].map(coordinate);
        let anchor = match anchor {
            Anchor::Start => "",
            Anchor::Middle => r#" text-anchor="middle""#,
            Anchor::End => r#" text-anchor="end""#,
        };
        self.push(&format!(r#"<text class="{class}" x="{x}" y="{y}"{anchor}>{}</text>"#, escape(text)));
    }

    /// Diagonal lines that a `rect` of class `chart-hatched` can be filled with.
    pub(super) fn hatch(&mut self, id: &str) {
        self.push(&format!(
            r#"<defs><pattern id="{}" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><line class="chart-hatch" x1="0" y1="0" x2="0" y2="6"/></pattern></defs>"#,
            escape(id)
        ));
    }

    /// A rectangle filled with the hatch of this id.
    pub(super) fn hatched(&mut self, id: &str, corner: (f64, f64), size: (f64, f64)) {
        let [x, y, width, height] = [corner.0, corner.1, size.0.max(0.0), size.1.max(0.0)].map(coordinate);
        let id = escape(id);
        self.push(&format!(r#"<rect fill="url(#{id})" x="{x}" y="{y}" width="{width}" height="{height}"/>"#));
    }

    /// The whole `<svg>` element, `height` units high.
    pub(super) fn finish(self, heading: &Heading, layout: Layout, height: f64) -> String {
        let (id, name) = (format!("{}-{}", escape(heading.id), layout.as_str()), layout.as_str());
        let (width, height) = (coordinate(layout.width()), coordinate(height));
        let (title, description) = (escape(heading.title), escape(heading.description));
        let kind = heading.kind;
        let body = self.body;
        format!(
            r#"<svg xmlns="http://www.w3.org/2000/svg" class="chart chart-{kind} chart-{name}" viewBox="0 0 {width} {height}" role="img" aria-labelledby="{id}-title {id}-desc">
<title id="{id}-title">{title}</title>
<desc id="{id}-desc">{description}</desc>
{body}</svg>
"#
        )
    }

    fn push(&mut self, element: &str) {
        self.body.push_str(element);
        self.body.push('\n');
    }
}

/// A coordinate with at most one decimal. What is not finite is drawn at the edge rather than breaking the file.
fn coordinate(value: f64) -> String {
    let rounded = if value.is_finite() { (value.clamp(-1e6, 1e6) * 10.0).round() / 10.0 } else { 0.0 };
    // Adding zero turns −0 into 0.
    (rounded + 0.0).to_string()
}

/// Text that is safe inside an element or a quoted attribute; characters that XML forbids are dropped.
pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            '\n' | '\t' => escaped.push(' '),
            '\u{FFFE}' | '\u{FFFF}' => {}
            c if c.is_control() => {}
            c => escaped.push(c),
        }
    }
    escaped
}

/// The text broken between words into lines of at most `width` characters; the last of `lines_max` lines ends in an
/// ellipsis if there was more.
pub(super) fn wrap(text: &str, width: usize, lines_max: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let length = |line: &str| line.chars().count();
        let Some(last) = lines.last_mut() else { break };
        if last.is_empty() {
            last.push_str(word);
        } else if length(last) + 1 + length(word) <= width {
            last.push(' ');
            last.push_str(word);
        } else {
            lines.push(word.to_owned());
        }
    }
    let overflows = lines.len() > lines_max;
    lines.truncate(lines_max);
    let last_position = lines.len().saturating_sub(1);
    for (position, line) in lines.iter_mut().enumerate() {
        let is_cut = line.chars().count() > width || (overflows && position == last_position);
        if is_cut {
            let kept: String = line.chars().take(width.saturating_sub(1)).collect();
            *line = format!("{}…", kept.trim_end());
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_escaped_and_control_characters_are_dropped() {
        assert_eq!(escape("<a href=\"x\">'&'\u{0}\n"), "&lt;a href=&quot;x&quot;&gt;&#39;&amp;&#39; ");
    }

    #[test]
    fn a_coordinate_has_one_decimal_and_is_always_a_number() {
        for (value, written) in [(1.0, "1"), (1.26, "1.3"), (-0.01, "0"), (f64::NAN, "0"), (f64::INFINITY, "0")] {
            assert_eq!(coordinate(value), written);
        }
    }

    #[test]
    fn long_text_is_wrapped_between_words_and_cut_with_an_ellipsis() {
        assert_eq!(wrap("Huyện Bắc Hà", 20, 2), ["Huyện Bắc Hà"]);
        assert_eq!(wrap("The official answered fully", 12, 3), ["The official", "answered", "fully"]);
        assert_eq!(wrap("The official answered fully", 12, 2), ["The official", "answered…"]);
        assert_eq!(wrap("Llanfairpwllgwyngyll", 8, 1), ["Llanfai…"]);
        assert_eq!(wrap("", 8, 1), [""]);
    }
}
