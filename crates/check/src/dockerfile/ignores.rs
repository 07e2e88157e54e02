//! Ignore comments of Dockerfiles, hadolint's among them.

use super::{Comment, Dockerfile};
use crate::ignore::{Ignore, Reach, next_line, of_lines};
use crate::{Settings, Source};

/// Most of hadolint's comments that are heard in one file.
const MOST: usize = 2_000;

pub(super) fn of(source: &Source) -> Vec<Ignore> {
    if !source.text.contains("hadolint") {
        return of_lines(source);
    }
    let settings = Settings::default();
    of_file(&Dockerfile::read(source, &settings))
}

/// The ignore comments of a file that was read.
pub(super) fn of_file(file: &Dockerfile<'_>) -> Vec<Ignore> {
    let mut found = of_lines(file.source);
    found.extend(
        file.comments
            .iter()
            .filter_map(|comment| hadolint(file, comment))
            .take(MOST),
    );
    found
}

/// `hadolint [global|stage] ignore=ID,ID`.
fn hadolint(file: &Dockerfile<'_>, comment: &Comment) -> Option<Ignore> {
    let rest = comment.text.strip_prefix("hadolint")?;
    let rest = rest.strip_prefix([' ', '\t'])?.trim_start();
    let line = file.source.line_of(comment.span.start);
    let (rest, reach) = if let Some(rest) = rest.strip_prefix("global ") {
        (rest, Reach::File)
    } else if let Some(rest) = rest.strip_prefix("stage ") {
        (rest, stage_lines(file, line))
    } else {
        (rest, Reach::Line(next_line(file.source, line)))
    };
    let list = rest.trim_start().strip_prefix("ignore")?.trim_start();
    let list = list.strip_prefix('=')?;
    let (list, reason) = list.split_once('#').unwrap_or((list, ""));
    let ids: Vec<String> = list
        .split(',')
        .map(|id| id.split_ascii_whitespace().next().unwrap_or("").to_owned())
        .collect();
    // One word that is no id makes the whole comment one that hadolint does not hear.
    let is_id = |id: &String| ["DL", "SC", "LZ-", "DS-"].iter().any(|p| id.starts_with(p));
    ids.iter().all(is_id).then(|| Ignore {
        form: "hadolint",
        ids,
        reach,
        reason: reason.trim().to_owned(),
        expires: None,
        line,
        span: comment.span.clone(),
    })
}

/// The lines of the stage that a comment stands in, or begins just below it.
fn stage_lines(file: &Dockerfile<'_>, line: usize) -> Reach {
    let first_line = |stage: &super::Stage| {
        let from = file.instructions.get(stage.from);
        from.map_or(0, |i| file.source.line_of(i.span.start))
    };
    let next = next_line(file.source, line);
    let starts: Vec<usize> = file.stages.iter().map(first_line).collect();
    let index = starts
        .partition_point(|start| *start <= next)
        .saturating_sub(1);
    let from = starts.get(index).copied().unwrap_or(1).min(line);
    let to = starts.get(index + 1).copied().unwrap_or(usize::MAX);
    Reach::Lines(from..to)
}
