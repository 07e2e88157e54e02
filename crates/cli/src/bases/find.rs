//! The images that stages of Dockerfiles are built on.

use lazaret_check::dockerfile::{Base, Dockerfile, LANGUAGE};
use lazaret_check::{Reach, Settings, Source};
use lazaret_image::ImageRef;

/// Longest line that is shown, in characters.
const EXCERPT: usize = 200;

/// A `FROM` that names an image.
#[derive(Debug, Clone)]
pub(super) struct Found {
    pub(super) file: String,
    pub(super) line: u32,
    pub(super) column: u32,
    pub(super) end_column: u32,
    pub(super) excerpt: String,
    /// The stage, as people call it.
    pub(super) stage: String,
    /// Whether its content is in the image that ships.
    pub(super) ships: bool,
    /// The reference, with build arguments put in where they have values.
    pub(super) name: String,
    /// Whether every build argument in it has a value.
    pub(super) is_whole: bool,
    /// The same, understood; else why it cannot be.
    pub(super) reference: Result<ImageRef, String>,
    /// Reason and place of a comment that ignores it.
    pub(super) ignored: Option<(String, String)>,
}

/// Every `FROM` of every Dockerfile, in order.
pub(super) fn bases(sources: &[Source], settings: &Settings) -> Vec<Found> {
    let mut found = Vec::new();
    for source in sources.iter().filter(|source| (LANGUAGE.claims)(source)) {
        let file = Dockerfile::read(source, settings);
        for (index, stage) in file.stages.iter().enumerate() {
            let written = stage.image.as_ref().map(|word| word.value.clone());
            let (name, reference) = match &stage.base {
                Base::Stage(_) | Base::Scratch => continue,
                Base::Image(name) => (name.clone(), understood(name)),
                Base::Unknown => (
                    written.unwrap_or_default(),
                    Err("a build argument in it has no value; --build-arg gives one".to_owned()),
                ),
            };
            let span = stage.image.as_ref().map_or(0..0, |word| word.span.clone());
            let (from, to) = (source.place(span.start), source.place(span.end));
            let line = source.line(source.line_of(span.start));
            found.push(Found {
                file: source.path.clone(),
                line: from.line,
                column: from.column,
                end_column: to.column,
                excerpt: line.chars().take(EXCERPT).collect(),
                stage: file.stage_name(index),
                ships: stage.is_below,
                is_whole: stage.base != Base::Unknown,
                name,
                reference,
                ignored: ignored(source, from.line, settings),
            });
        }
    }
    found
}

/// Reason and place of the comment that silences the answer about a line.
fn ignored(source: &Source, line: u32, settings: &Settings) -> Option<(String, String)> {
    let line = usize::try_from(line).unwrap_or(usize::MAX);
    let comments = (LANGUAGE.ignores)(source).into_iter();
    let mut mine = comments.filter(|ignore| {
        let reaches = match &ignore.reach {
            Reach::File => true,
            Reach::Line(at) => *at == line,
            Reach::Lines(lines) => lines.contains(&line),
        };
        let names = ignore.ids.iter().any(|id| id == super::ID || id == "*");
        reaches && names && ignore.is_valid(settings.today.as_deref())
    });
    let found = mine.next()?;
    Some((found.reason, format!("{}:{}", source.path, found.line)))
}

fn understood(name: &str) -> Result<ImageRef, String> {
    name.parse()
        .map_err(|error: lazaret_image::InvalidReference| error.to_string())
}
