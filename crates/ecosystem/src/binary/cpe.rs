//! CPE names of classified programs, as formatted strings.
//!
//! Source: NISTIR 7695, section 6.2: everything but letters, digits, `_`, `-` and `.` is
//! quoted with a backslash; the fields are part, vendor, product, version, update, edition,
//! language, edition of the software, target software, target hardware, other.

/// The name of an application with that `vendor:product` and version.
///
/// The update of Java 8 and before stands in a field of its own: `1.8.0_352` is version
/// 1.8.0, `update352`; OpenJDK's name has it as version 8.
pub(super) fn name(pair: &str, version: &str) -> String {
    let (vendor, product) = pair.split_once(':').unwrap_or((pair, pair));
    let (version, update) = match version.split_once('_') {
        Some((release, update)) if version.starts_with("1.") => (release, update),
        _ => (version, ""),
    };
    let version = match version
        .strip_prefix("1.")
        .and_then(|v| v.strip_suffix(".0"))
    {
        Some(major) if !update.is_empty() && product == "openjdk" => major,
        _ => version,
    };
    let update = if update.is_empty() {
        "*".to_owned()
    } else {
        format!("update{}", quoted(update))
    };
    let (vendor, product) = (quoted(vendor), quoted(product));
    format!(
        "cpe:2.3:a:{vendor}:{product}:{}:{update}:*:*:*:*:*:*",
        quoted(version)
    )
}

fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        if !character.is_ascii_alphanumeric() && !matches!(character, '_' | '-' | '.') {
            out.push('\\');
        }
        out.extend(character.to_lowercase());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_quoted_and_lower_case() {
        let check = |pair, version, expected: &str| assert_eq!(name(pair, version), expected);
        check(
            "f5:nginx",
            "1.25.1",
            "cpe:2.3:a:f5:nginx:1.25.1:*:*:*:*:*:*:*",
        );
        check(
            "erlang:erlang/otp",
            "26.0-rc1",
            r"cpe:2.3:a:erlang:erlang\/otp:26.0-rc1:*:*:*:*:*:*:*",
        );
        check("x:y", "1.0+B", r"cpe:2.3:a:x:y:1.0\+b:*:*:*:*:*:*:*");
    }

    #[test]
    fn the_update_of_java_8_has_its_own_field() {
        let check = |pair, expected: &str| assert_eq!(name(pair, "1.8.0_352"), expected);
        check(
            "oracle:jdk",
            "cpe:2.3:a:oracle:jdk:1.8.0:update352:*:*:*:*:*:*",
        );
        check(
            "oracle:openjdk",
            "cpe:2.3:a:oracle:openjdk:8:update352:*:*:*:*:*:*",
        );
    }
}
