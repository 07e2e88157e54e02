//! A report in whatever shape a template says.
//!
//! The language is Jinja's (the crate minijinja); what a template sees is the JSON report,
//! `target`, `findings`, `gaps` and so on, and `summary` and `verdict` for people. Autoescape
//! goes by the template's file name (`.html`, `.xml`). Templates come from the user, but
//! what they print comes from images: every printed text is cleaned, steps and output are
//! bounded, and there is no way to read a file.

use std::io::{self, Write};

use lazaret_model::Report;
use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Serde, Value};
use minijinja::{Environment, Error, ErrorKind, State, escape_formatter};

use super::{Format, RenderError};
use crate::view::{self, View};
use crate::{Options, Template, document, text};

pub(super) static FORMAT: Format = Format {
    name: "template",
    title: "Template",
    about: "what the Jinja template of --template says; without one, a short list",
    file_extension: "txt",
    media_type: "text/plain; charset=utf-8",
    render,
};

/// Steps that a template may take.
const FUEL: u64 = 20_000_000;
/// Bytes that a template may write.
const MAX_OUTPUT: usize = 256 << 20;

/// What is used where no template is given, and the example of the documentation.
const EXAMPLE: &str = include_str!("example.txt.j2");

/// Whether a template can be understood at all.
///
/// # Errors
/// The first mistake in its grammar, with its line.
pub fn check(template: &Template) -> Result<(), RenderError> {
    let mut environment = environment();
    environment
        .add_template(&template.name, &template.source)
        .map_err(|error| told(&error))
}

fn render(report: &Report, options: &Options, out: &mut dyn Write) -> Result<(), RenderError> {
    let example = Template {
        name: "example.txt".to_owned(),
        source: EXAMPLE.to_owned(),
    };
    let template = options.template.as_ref().unwrap_or(&example);
    let mut environment = environment();
    environment
        .add_template(&template.name, &template.source)
        .map_err(|error| told(&error))?;
    let view = View::new(report, options);
    let mut shown = report.clone();
    if !options.show_suppressed {
        shown.findings.retain(|f| f.suppressed.is_none());
    }
    let mut context = serde_json::to_value(&shown).map_err(io::Error::from)?;
    if let Some(map) = context.as_object_mut() {
        let (word, meaning) = view::verdict(report);
        map.insert("summary".into(), view::summary(report, &view).into());
        map.insert(
            "verdict".into(),
            format!("{} ({meaning})", word.to_uppercase()).into(),
        );
        map.insert("warning".into(), view::starter_warning(report).into());
        map.insert("suppressed".into(), view.suppressed.into());
    }
    let mut limited = Limited {
        out,
        left: MAX_OUTPUT,
    };
    let written = environment.get_template(&template.name).and_then(|t| {
        t.render_captured_to(Value::from(Serde(&context)), &mut limited)
            .map(|_| ())
    });
    written.map_err(|error| told(&error))
}

fn environment() -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_fuel(Some(FUEL));
    let syntax = SyntaxConfig::builder()
        .trim_blocks(true)
        .lstrip_blocks(true)
        .keep_trailing_newline(true)
        .build();
    environment.set_syntax(syntax.unwrap_or_default());
    environment.set_formatter(print);
    environment.add_filter("tojson", json);
    environment
}

/// Prints a value: what a terminal would obey is written out first.
fn print(
    out: &mut minijinja::Output<'_>,
    state: &mut State<'_, '_>,
    value: &Value,
) -> Result<(), Error> {
    let Some(raw) = value.as_str() else {
        return escape_formatter(out, state, value);
    };
    // What a filter has made safe has line breaks of its own.
    let value = match value.is_safe() {
        true => {
            let lines: Vec<_> = raw.split('\n').map(text::clean_whole).collect();
            Value::from_safe_string(lines.join("\n"))
        }
        false => Value::from(text::clean(raw).into_owned()),
    };
    escape_formatter(out, state, &value)
}

/// `tojson` with everything unsafe as `\uXXXX`.
fn json(value: &Value) -> Result<Value, Error> {
    let mut bytes = Vec::new();
    document::write_json(value, &mut bytes)
        .map_err(|e| Error::new(ErrorKind::BadSerialization, e.to_string()))?;
    let text = String::from_utf8_lossy(&bytes);
    Ok(Value::from_safe_string(text.trim_end().to_owned()))
}

fn told(error: &Error) -> RenderError {
    RenderError::Template(error.to_string())
}

/// A writer that ends before a template fills the disk.
struct Limited<'a> {
    out: &'a mut dyn Write,
    left: usize,
}

impl Write for Limited<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.left = self.left.checked_sub(bytes.len()).ok_or_else(|| {
            io::Error::other(format!("the template writes more than {MAX_OUTPUT} bytes"))
        })?;
        self.out.write_all(bytes)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
