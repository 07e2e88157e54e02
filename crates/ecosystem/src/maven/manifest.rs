//! The main section of `META-INF/MANIFEST.MF`. Format: the JAR file specification,
//! "JAR manifest".

/// The attributes of the main section, in the order of the file.
#[derive(Debug, Default)]
pub(super) struct Manifest {
    attributes: Vec<(String, String)>,
}

impl Manifest {
    /// Reads the main section, which ends at the first empty line. A line that starts
    /// with a space goes on with the one before it; lines end with CR, LF or both.
    pub(super) fn new(bytes: &[u8]) -> Self {
        let text = String::from_utf8_lossy(bytes);
        let text = text.trim_start_matches('\u{feff}').replace("\r\n", "\n");
        let mut attributes: Vec<(String, String)> = Vec::new();
        for line in text.split(['\n', '\r']) {
            if line.is_empty() {
                break;
            }
            if let Some(more) = line.strip_prefix(' ') {
                if let Some((_, value)) = attributes.last_mut() {
                    value.push_str(more);
                }
            } else if let Some((key, value)) = line.split_once(':') {
                attributes.push((key.trim().to_owned(), value.trim_start().to_owned()));
            }
        }
        Self { attributes }
    }

    /// The value of an attribute. Values that wait to be filled in (`%name` of OSGi,
    /// `${name}` of a build) are none.
    pub(super) fn value(&self, key: &str) -> Option<&str> {
        let (_, value) = self
            .attributes
            .iter()
            .find(|(k, _)| k.eq_ignore_ascii_case(key))?;
        let value = value.trim();
        let told = !value.is_empty() && !value.starts_with('%') && !value.contains("${");
        told.then_some(value)
    }

    /// The value of the first of `keys` that has one.
    pub(super) fn first(&self, keys: &[&str]) -> Option<&str> {
        keys.iter().find_map(|key| self.value(key))
    }

    /// `Bundle-SymbolicName` without its directives.
    pub(super) fn symbolic_name(&self) -> Option<&str> {
        let name = self.value("Bundle-SymbolicName")?.split(';').next()?.trim();
        (!name.is_empty()).then_some(name)
    }
}
