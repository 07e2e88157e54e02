//! The images that a Dockerfile builds upon or copies from: what a policy judges and a fix
//! replaces.

use std::ops::Range;

use super::stages::{copied_from, find};
use super::{Base, Dockerfile, Keyword};
use crate::{Settings, Source};

/// How an image is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum BaseUse {
    /// A stage begins with it.
    From,
    /// `COPY --from` takes files of it.
    Copy,
    /// `RUN --mount=from=` reads it.
    Mount,
}

/// A reference to an image in a Dockerfile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BaseImage {
    /// The reference as it was written, without quotes.
    pub written: String,
    /// The reference with its variables filled in; none where the file does not tell what
    /// a variable holds.
    pub reference: Option<String>,
    /// The bytes of the file that hold [`BaseImage::written`], and nothing else: replace
    /// them to build upon another image. Within a flag, the bytes of its value.
    pub span: Range<usize>,
    /// The line, from 1.
    pub line: usize,
    /// How it is used.
    pub usage: BaseUse,
    /// Index of the stage that uses it.
    pub stage: usize,
    /// The stage's name, in lower case.
    pub stage_name: Option<String>,
    /// Whether its content is in the image that ships: the last stage begins with it, or
    /// with a stage that does.
    pub ships: bool,
    /// Whether the last stage needs the stage at all.
    pub is_used: bool,
    /// The platform that `FROM --platform` asks for, as it was written.
    pub platform: Option<String>,
}

/// The images that the text of a Dockerfile names, in its order. `scratch` and stages of
/// the file itself are none. Values of build arguments are taken from `settings`.
pub fn base_images(source: &Source, settings: &Settings) -> Vec<BaseImage> {
    let file = Dockerfile::read(source, settings);
    let mut found = Vec::new();
    for (index, stage) in file.stages.iter().enumerate() {
        let Some(word) = &stage.image else {
            continue;
        };
        let reference = match &stage.base {
            Base::Image(image) => Some(image.clone()),
            Base::Unknown => None,
            Base::Stage(_) | Base::Scratch => continue,
        };
        let from = file.instructions.get(stage.from);
        let mut base = of(
            &file,
            word.value.clone(),
            inside_quotes(&word.raw, &word.span),
            index,
        );
        base.reference = reference;
        base.ships = stage.is_below;
        base.platform = from
            .and_then(|i| i.flag("platform"))
            .map(|f| f.value.clone());
        found.push(base);
    }
    for instruction in &file.instructions {
        let index = instruction.stage.unwrap_or(0);
        for name in copied_from(instruction) {
            let is_number = name.bytes().all(|b| b.is_ascii_digit());
            if is_number || find(&file.stages, &name, index).is_some() {
                continue;
            }
            let flag = instruction.flags.iter().find(|f| f.value.contains(&name));
            let Some(flag) = flag else {
                continue;
            };
            let text = source.text.get(flag.span.clone()).unwrap_or("");
            let Some(at) = text.rfind(&name) else {
                continue;
            };
            let start = flag.span.start + at;
            let mut base = of(&file, name.clone(), start..start + name.len(), index);
            base.usage = match instruction.keyword {
                Keyword::Run => BaseUse::Mount,
                _ => BaseUse::Copy,
            };
            base.reference = (!name.contains('$')).then_some(name);
            found.push(base);
        }
    }
    found.sort_by_key(|base| base.span.start);
    found
}

fn of(file: &Dockerfile<'_>, written: String, span: Range<usize>, index: usize) -> BaseImage {
    let stage = file.stages.get(index);
    BaseImage {
        written,
        reference: None,
        line: file.source.line_of(span.start),
        span,
        usage: BaseUse::From,
        stage: index,
        stage_name: stage.and_then(|s| s.name.clone()),
        ships: false,
        is_used: stage.is_some_and(|s| s.is_used),
        platform: None,
    }
}

/// The bytes of a word without the quotes around it.
fn inside_quotes(raw: &str, span: &Range<usize>) -> Range<usize> {
    let quoted = raw.len() > 1 && raw.starts_with(['"', '\'']) && raw.ends_with(['"', '\'']);
    match quoted {
        true => span.start + 1..span.end - 1,
        false => span.clone(),
    }
}
