//! One document for each platform of an image, and where they go.
//!
//! In a file, each stands alone, the platform in the file's name. On standard output, what
//! people read follows one another, JSON is an array, and formats that hold one image are
//! refused: no reader of theirs would understand two.

use std::collections::HashMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use lazaret_model::Platform;

use crate::errors;

/// Formats whose documents may follow one another.
const SEQUENCES: [&str; 5] = ["table", "markdown", "github-summary", "template", "purls"];

/// The format whose documents make an array.
const ARRAY: &str = "json";

/// Says at once that standard output cannot hold several documents of this format.
pub(crate) fn check(format: &str, path: Option<&Path>) -> anyhow::Result<()> {
    if path.is_none() && format != ARRAY && !SEQUENCES.contains(&format) {
        return Err(errors::refused(
            format!("{format} describes one image, and --platform all may find several"),
            format!("-o {format}=FILE, for a file of each with the platform in its name"),
        ));
    }
    Ok(())
}

/// Writes a document for each platform with `write`, which is given its number and its
/// file, or none for standard output.
pub(crate) fn each(
    format: &str,
    path: Option<&Path>,
    platforms: &[Option<Platform>],
    write: &mut dyn FnMut(usize, Option<&Path>) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    if let Some(path) = path {
        for (number, place) in places(path, platforms).iter().enumerate() {
            write(number, Some(place))?;
        }
        return Ok(());
    }
    let (before, between, after) = match format {
        ARRAY => ("[\n", ",\n", "]\n"),
        "purls" => ("", "", ""),
        _ => ("", "\n", ""),
    };
    let mut out = std::io::stdout();
    out.write_all(before.as_bytes())?;
    for number in 0..platforms.len() {
        if number > 0 {
            out.write_all(between.as_bytes())?;
        }
        write(number, None)?;
    }
    out.write_all(after.as_bytes())?;
    Ok(out.flush()?)
}

/// `report.json` as `report.linux-arm64.json`; where two images are for one platform, the
/// second has its number behind it.
fn places(path: &Path, platforms: &[Option<Platform>]) -> Vec<PathBuf> {
    let mut seen: HashMap<String, usize> = HashMap::new();
    let mut place = |platform: &Option<Platform>| {
        let name = platform.as_ref().map_or("unknown".to_owned(), |p| {
            // The platform is the image's word, and must stay one component of a path.
            let text = p.to_string();
            let kept = text.chars().take(100);
            kept.map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
                .collect()
        });
        let count = seen.entry(name.clone()).or_insert(0);
        *count += 1;
        let name = match *count {
            1 => name,
            again => format!("{name}-{again}"),
        };
        match path.extension() {
            Some(extension) => path.with_extension(format!("{name}.{}", extension.display())),
            None => path.with_extension(name),
        }
    };
    platforms.iter().map(&mut place).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_platform_has_a_file_of_its_own() {
        let platform = |text: &str| Some(text.parse::<Platform>().expect("a platform"));
        let platforms = [
            platform("linux/arm64/v8"),
            platform("windows/amd64"),
            platform("windows/amd64"),
            None,
        ];
        let names = |path: &str| -> Vec<String> {
            let places = places(Path::new(path), &platforms);
            places.iter().map(|p| p.display().to_string()).collect()
        };
        let expected = [
            "out/a.linux-arm64-v8.json",
            "out/a.windows-amd64.json",
            "out/a.windows-amd64-2.json",
            "out/a.unknown.json",
        ];
        assert_eq!(names("out/a.json"), expected);
        assert_eq!(names("b")[0], "b.linux-arm64-v8");
    }

    #[test]
    fn a_format_of_one_image_needs_a_file() {
        assert!(check("sarif", None).is_err());
        assert!(check("sarif", Some(Path::new("a"))).is_ok());
        for format in ["table", "markdown", "json", "purls"] {
            assert!(check(format, None).is_ok(), "{format}");
        }
    }
}
