//! What a Java archive says of itself: `pom.properties`, its manifest, its file name.

/// Group, artifact and version.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Coordinates {
    pub group: String,
    pub artifact: String,
    pub version: String,
}

impl Coordinates {
    /// `group:artifact`, or the artifact alone where no group is told.
    pub(super) fn name(&self) -> String {
        if self.group.is_empty() {
            self.artifact.clone()
        } else {
            format!("{}:{}", self.group, self.artifact)
        }
    }
}

/// The coordinates of a `pom.properties`, where it names all three.
pub(super) fn properties(bytes: &[u8]) -> Option<Coordinates> {
    let text = String::from_utf8_lossy(bytes);
    let mut c = Coordinates::default();
    for line in text.lines().filter(|l| !l.starts_with(['#', '!'])) {
        let Some((key, value)) = line.split_once(['=', ':']) else {
            continue;
        };
        let value = value.trim();
        match key.trim() {
            "groupId" => value.clone_into(&mut c.group),
            "artifactId" => value.clone_into(&mut c.artifact),
            "version" => value.clone_into(&mut c.version),
            _ => {}
        }
    }
    let told = !c.group.is_empty() && !c.artifact.is_empty() && !c.version.is_empty();
    told.then_some(c)
}

/// The value of the first of `keys` in the manifest's main section.
fn manifest_value(text: &str, keys: &[&str]) -> Option<String> {
    keys.iter().find_map(|key| {
        let mut lines = text.lines().take_while(|l| !l.trim().is_empty());
        let (_, value) = lines
            .by_ref()
            .filter_map(|l| l.split_once(':'))
            .find(|(k, _)| k.eq_ignore_ascii_case(key))?;
        let mut value = value.trim().to_owned();
        // A line that starts with a space goes on with the one before it.
        for more in lines {
            match more.strip_prefix(' ') {
                Some(more) => value.push_str(more.trim_end()),
                None => break,
            }
        }
        (!value.is_empty()).then_some(value)
    })
}

/// What manifest and file name tell together; nothing without a version.
pub(super) fn guessed(manifest: &[u8], file: &str) -> Option<Coordinates> {
    let text = String::from_utf8_lossy(manifest);
    let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
    let (artifact, version) = split_name(stem);
    let version = version
        .map(str::to_owned)
        .or_else(|| manifest_value(&text, &["Implementation-Version", "Bundle-Version"]))?;
    let dotted = |v: &String| v.contains('.') && !v.contains(' ');
    let group = manifest_value(&text, &["Implementation-Vendor-Id"])
        .filter(dotted)
        .or_else(|| {
            let symbolic = manifest_value(&text, &["Bundle-SymbolicName"])?;
            let symbolic = symbolic.split(';').next()?.to_owned();
            Some(symbolic).filter(dotted)
        })
        .or_else(|| manifest_value(&text, &["Automatic-Module-Name"]).filter(dotted))
        .or_else(|| Some(artifact.rsplit_once('.')?.0.to_owned()).filter(dotted))
        .unwrap_or_default();
    let group = group
        .strip_suffix(&format!(".{artifact}"))
        .unwrap_or(&group);
    Some(Coordinates {
        group: group.to_owned(),
        artifact: artifact.to_owned(),
        version,
    })
}

/// `name-1.2.3` is the name and the version; the version starts at a digit.
fn split_name(stem: &str) -> (&str, Option<&str>) {
    for (at, _) in stem.match_indices('-') {
        let version = stem.get(at + 1..).unwrap_or_default();
        if version.starts_with(|c: char| c.is_ascii_digit()) {
            return (stem.get(..at).unwrap_or(stem), Some(version));
        }
    }
    (stem, None)
}
