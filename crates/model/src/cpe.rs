//! CPE names in their formatted string: `cpe:2.3:a:openssl:openssl:1.0.2:beta1:*:…`.
//!
//! Source: NISTIR 7695, section 6.2. `*` is any value, `-` none; a backslash quotes.

/// A name, each part unquoted and in lower case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cpe {
    /// `a` application, `o` operating system, `h` hardware.
    pub part: String,
    /// Who makes the product.
    pub vendor: String,
    /// The product.
    pub product: String,
    /// The version; `*` for any, `-` for none.
    pub version: String,
    /// Update, service pack or pre-release of the version.
    pub update: String,
    /// What the product runs inside of: `node.js`, `wordpress`; `*` for anything.
    pub target_software: String,
}

impl Cpe {
    /// The name that `text` stands for; `None` where it is not a formatted string.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = split(text.strip_prefix("cpe:2.3:")?).into_iter();
        let mut next = || parts.next();
        let (part, vendor, product) = (next()?, next()?, next()?);
        let (version, update) = (next()?, next()?);
        // Edition, language and the edition of the software are left out.
        let target_software = parts.nth(3)?;
        let is_named = |text: &str| !matches!(text, "" | "*" | "-");
        (is_named(&vendor) && is_named(&product)).then_some(Self {
            part,
            vendor,
            product,
            version,
            update,
            target_software,
        })
    }

    /// `vendor:product`, the key of a statement.
    pub fn key(&self) -> String {
        format!("{}:{}", self.vendor, self.product)
    }
}

/// Splits at colons that are not quoted, and unquotes.
fn split(text: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        let last = parts.last_mut();
        match (character, last) {
            (':', _) => parts.push(String::new()),
            ('\\', Some(last)) => last.extend(characters.next()),
            (other, Some(last)) => last.extend(other.to_lowercase()),
            (_, None) => {}
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unquoted() {
        let cpe = Cpe::parse(r"cpe:2.3:a:Nodejs:node\.js:1\:2:beta1:*:*:lts:windows:*:*");
        let cpe = cpe.expect("a name");
        assert_eq!(cpe.key(), "nodejs:node.js");
        assert_eq!(
            (cpe.version.as_str(), cpe.update.as_str()),
            ("1:2", "beta1")
        );
        assert_eq!(cpe.target_software, "windows");
        for bad in [
            "",
            "cpe:/a:x:y",
            "cpe:2.3:a:x",
            r"cpe:2.3:a:*:*:*:*:*:*:*:*:*:*",
            r"cpe:2.3:a:x\",
        ] {
            assert_eq!(Cpe::parse(bad), None, "{bad}");
        }
    }
}
