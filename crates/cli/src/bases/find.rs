//! The images that files are built on, copy from, or run.

use lazaret_check::dockerfile::{Base, Dockerfile, LANGUAGE, Stage};
use lazaret_check::{ALL, Reach, Settings, Source};
use lazaret_fix::image::{BUILT, uses};
use lazaret_image::ImageRef;

/// Longest line that is shown, in characters.
const EXCERPT: usize = 200;

/// A place that names an image.
#[derive(Debug, Clone)]
pub(super) struct Found {
    pub(super) file: String,
    pub(super) line: u32,
    pub(super) column: u32,
    pub(super) end_column: u32,
    pub(super) excerpt: String,
    /// The stage, as people call it, or what else the image is there for.
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

/// Every image of every file, in order: those of `FROM` and `COPY --from`, and those that
/// Kubernetes manifests and Compose files run.
pub(super) fn bases(sources: &[Source], settings: &Settings) -> Vec<Found> {
    let mut found = stages(sources, settings);
    for source in sources {
        let language = ALL.iter().find(|language| (language.claims)(source));
        let Some(name) = language.map(|language| language.name) else {
            continue;
        };
        if ![LANGUAGE.name, "kubernetes", "compose"].contains(&name) {
            continue;
        }
        let others = uses(source).into_iter().filter(|one| one.role != "FROM");
        found.extend(others.filter(|one| one.role != BUILT).map(|one| {
            let (from, to) = (one.at, one.at + one.reference.len());
            let from_place = source.place(from);
            Found {
                file: source.path.clone(),
                line: from_place.line,
                column: from_place.column,
                end_column: source.place(to).column,
                excerpt: excerpt(source, from),
                stage: one.role.to_owned(),
                ships: name != LANGUAGE.name || copies_into_what_ships(source, settings, from),
                is_whole: true,
                reference: understood(&one.reference),
                name: one.reference,
                ignored: ignored(source, from_place.line, settings),
            }
        }));
    }
    found.sort_by(|a, b| (&a.file, a.line, a.column).cmp(&(&b.file, b.line, b.column)));
    found
}

/// Whether a `COPY` stands in a stage whose content is in the image that ships.
fn copies_into_what_ships(source: &Source, settings: &Settings, at: usize) -> bool {
    let file = Dockerfile::read(source, settings);
    let stages = file.stages.iter();
    let holds = |stage: &&Stage| file.of_stage(stage).iter().any(|i| i.span.contains(&at));
    stages.filter(holds).any(|stage| stage.is_below)
}

fn excerpt(source: &Source, at: usize) -> String {
    let line = source.line(source.line_of(at));
    line.chars().take(EXCERPT).collect()
}

/// Every `FROM` of every Dockerfile, in order.
fn stages(sources: &[Source], settings: &Settings) -> Vec<Found> {
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
            found.push(Found {
                file: source.path.clone(),
                line: from.line,
                column: from.column,
                end_column: to.column,
                excerpt: excerpt(source, span.start),
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
    let language = ALL.iter().find(|language| (language.claims)(source))?;
    let comments = (language.ignores)(source).into_iter();
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
