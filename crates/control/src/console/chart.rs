//! Charts as SVG: rectangles with attributes, so that no style stands in the page. Axes and
//! the numbers themselves are HTML beside them.

use askama::filters::Safe;

use super::escape::text;
use super::parts::Part;

/// Width of a bar and the gap after it, in units of the drawing.
const STEP: f64 = 10.0;

/// Height of a drawing.
const HEIGHT: f64 = 100.0;

/// A column of a chart: its name, and what is stacked in it from the bottom up.
pub(super) struct Column {
    pub(super) name: String,
    pub(super) parts: Vec<(&'static str, u64)>,
}

impl Column {
    fn total(&self) -> u64 {
        self.parts.iter().map(|(_, count)| count).sum()
    }
}

/// The highest column; what the axis ends at.
pub(super) fn highest(columns: &[Column]) -> u64 {
    columns.iter().map(Column::total).max().unwrap_or(0)
}

/// Stacked columns. `label` says what the chart shows to whoever cannot see it.
pub(super) fn stacked(columns: &[Column], label: &str) -> Part {
    let most = highest(columns).max(1) as f64;
    let width = columns.len() as f64 * STEP;
    let mut out = format!(
        r#"<svg class="chart" viewBox="0 0 {width} {HEIGHT}" preserveAspectRatio="none" role="img" aria-label="{}">"#,
        text(label)
    );
    for (place, column) in columns.iter().enumerate() {
        let x = place as f64 * STEP + 1.0;
        let mut top = HEIGHT;
        let mut words = column.name.clone();
        let mut bars = String::new();
        for (name, count) in &column.parts {
            if *count == 0 {
                continue;
            }
            // What is there is seen, however little it is.
            let height = (*count as f64 / most * HEIGHT).max(1.0);
            top -= height;
            words += &format!("\n{count} {name}");
            bars += &format!(
                r#"<rect class="fill {name}" x="{x:.1}" y="{:.2}" width="{:.1}" height="{height:.2}"/>"#,
                top.max(0.0),
                STEP - 2.0
            );
        }
        out += &format!(
            r#"<g><title>{}</title><rect class="back" x="{:.1}" y="0" width="{STEP:.1}" height="{HEIGHT}"/>{bars}</g>"#,
            text(&words),
            x - 1.0
        );
    }
    out += "</svg>";
    Safe(out)
}

/// One bar, divided: shares of a whole.
pub(super) fn divided(parts: &[(&'static str, u64)], label: &str) -> Part {
    let total: u64 = parts.iter().map(|(_, count)| count).sum();
    let mut out = format!(
        r#"<svg class="share" viewBox="0 0 100 8" preserveAspectRatio="none" role="img" aria-label="{}">"#,
        text(label)
    );
    let mut x = 0.0;
    for (name, count) in parts.iter().filter(|(_, count)| *count > 0) {
        let width = *count as f64 / total.max(1) as f64 * 100.0;
        out += &format!(
            r#"<rect class="fill {name}" x="{x:.3}" y="0" width="{width:.3}" height="8"><title>{count} {name}</title></rect>"#
        );
        x += width;
    }
    out += "</svg>";
    Safe(out)
}
