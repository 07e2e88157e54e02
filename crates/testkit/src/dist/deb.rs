//! A Debian package: `deb(5)`.

use std::io;

use super::{Entry, gzip, tar};

/// What the package says of itself.
#[derive(Debug, Clone)]
pub struct About {
    /// Name.
    pub name: String,
    /// Version, as Debian orders them.
    pub version: String,
    /// Debian's name of the architecture.
    pub architecture: String,
    /// Who to write to.
    pub maintainer: String,
    /// One line.
    pub summary: String,
    /// Paragraphs, one line each.
    pub description: Vec<String>,
}

/// The bytes of the package that installs these files.
///
/// # Errors
/// When a path is too long.
pub fn package(about: &About, files: &[Entry]) -> io::Result<Vec<u8>> {
    let bytes: usize = files.iter().map(|f| f.content.len()).sum();
    let mut control = format!(
        "Package: {}\nVersion: {}\nArchitecture: {}\nMaintainer: {}\nInstalled-Size: {}\n\
         Section: admin\nPriority: optional\nRecommends: ca-certificates\nDescription: {}\n",
        about.name,
        about.version,
        about.architecture,
        about.maintainer,
        bytes.div_ceil(1024),
        about.summary
    );
    for paragraph in &about.description {
        control.push_str(&format!(" {paragraph}\n"));
    }
    let control = gzip(&tar::archive(&[Entry::file("control", control)], "./")?)?;
    let data = gzip(&tar::archive(files, "./")?)?;
    let mut out = b"!<arch>\n".to_vec();
    for (name, content) in [
        ("debian-binary", &b"2.0\n"[..]),
        ("control.tar.gz", &control),
        ("data.tar.gz", &data),
    ] {
        let header = format!(
            "{name:<16}{:<12}{:<6}{:<6}{:<8}{:<10}`\n",
            0,
            0,
            0,
            "100644",
            content.len()
        );
        out.extend(header.as_bytes());
        out.extend(content);
        if content.len() % 2 == 1 {
            out.push(b'\n');
        }
    }
    Ok(out)
}
