//! What readers tell, for tests: one line for each package.

use lazaret_ecosystem::{Found, Input, ReadError, recognise};

/// Reads a file as one that a person names, with the likeliest reader.
pub(crate) fn read(path: &str, text: &str) -> Result<Found, ReadError> {
    let input = Input {
        path,
        bytes: text.as_bytes(),
    };
    let reader = recognise(input)
        .into_iter()
        .next()
        .ok_or_else(|| ReadError::new("no reader"))?;
    (reader.read)(input)
}

/// `purl`, with `dev` and with what is asked for behind it.
pub(crate) fn lines(path: &str, text: &str) -> Vec<String> {
    let found = read(path, text).expect("a good file");
    let mut lines: Vec<String> = found
        .packages
        .iter()
        .map(|p| {
            let development = if p.development { " dev" } else { "" };
            let asked = p.requirement().map(|r| format!(" asked `{r}`"));
            format!("{}{development}{}", p.purl, asked.unwrap_or_default())
        })
        .collect();
    lines.sort();
    lines
}
