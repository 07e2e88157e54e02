//! `lazaret-dist audit ROOT < METADATA`: the list of crates for the section `.dep-v0`.
//! `lazaret-dist pack PROGRAM VERSION OUT`: Debian package, image, checksums, in OUT.
//!
//! Called by `make dist`.

#![allow(clippy::print_stdout, reason = "a program of the build")]

use std::fs;
use std::io::{self, Read as _, Write as _};
use std::path::Path;
use std::process::Command;

use flate2::Compression;
use flate2::write::ZlibEncoder;
use lazaret_testkit::dist::{Entry, audit, deb, gzip, oci};
use sha2::{Digest as _, Sha256};

fn main() -> io::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["audit", root] => {
            let mut metadata = String::new();
            io::stdin().read_to_string(&mut metadata)?;
            let list = audit(&serde_json::from_str(&metadata)?, root)?;
            let mut out = ZlibEncoder::new(io::stdout().lock(), Compression::new(9));
            out.write_all(list.to_string().as_bytes())?;
            out.finish().map(|_| ())
        }
        ["pack", program, version, out] => pack(Path::new(program), version, Path::new(out)),
        _ => {
            println!("usage: lazaret-dist audit ROOT | lazaret-dist pack PROGRAM VERSION OUT");
            Ok(())
        }
    }
}

/// What the program itself says: manual pages, completions, its bill of materials.
fn told(program: &Path, folder: &Path, arguments: &[&str]) -> io::Result<Vec<u8>> {
    let output = Command::new(program)
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .output()?;
    match output.status.success() {
        true => Ok(output.stdout),
        false => Err(io::Error::other(format!(
            "{} {arguments:?}: {}",
            program.display(),
            String::from_utf8_lossy(&output.stderr)
        ))),
    }
}

fn pack(program: &Path, version: &str, out: &Path) -> io::Result<()> {
    fs::create_dir_all(out)?;
    let binary = fs::read(program)?;
    let program = &program.canonicalize()?;
    let licence = fs::read("LICENSE")?;
    let mut written = Vec::new();
    let mut write = |name: String, bytes: &[u8]| {
        fs::write(out.join(&name), bytes)?;
        written.push((name, Sha256::digest(bytes)));
        io::Result::Ok(())
    };
    let name = format!("lazaret-{version}-linux-amd64");
    write(name.clone(), &binary)?;
    // By its name alone: where it was built is nobody's business.
    let bill = told(program, out, &["sbom", &name, "-f", "cyclonedx", "-q"])?;
    write(format!("lazaret-{version}.cdx.json"), &bill)?;
    let package = deb::package(&about_package(version), &files(program, &binary, &licence)?)?;
    write(format!("lazaret_{version}_amd64.deb"), &package)?;
    write("ca-certificates.crt".to_owned(), certificates().as_bytes())?;
    let image = oci::archive(&about_image(version), &image_files(&binary, &licence))?;
    write(format!("lazaret-{version}.oci.tar"), &image)?;
    written.sort();
    let sums: String = written
        .iter()
        .map(|(name, sum)| {
            let hex: String = sum.iter().map(|b| format!("{b:02x}")).collect();
            format!("{hex}  {name}\n")
        })
        .collect();
    print!("{sums}");
    fs::write(out.join("SHA256SUMS"), sums)
}

fn about_package(version: &str) -> deb::About {
    deb::About {
        name: "lazaret".into(),
        version: version.into(),
        architecture: "amd64".into(),
        maintainer: "The Lazaret project <lazaret@localhost>".into(),
        summary: "examines container images before they sail on".into(),
        description: vec![
            "Tells what is inside of a container image, what is known against it, and".into(),
            "what could not be examined; checks and mends configuration files.".into(),
        ],
    }
}

/// The files of the package.
fn files(program: &Path, binary: &[u8], licence: &[u8]) -> io::Result<Vec<Entry>> {
    let doc = "usr/share/doc/lazaret";
    let mut files = vec![
        Entry::program("usr/bin/lazaret", binary),
        Entry::file(format!("{doc}/copyright"), licence),
        Entry::file(
            format!("{doc}/changelog.gz"),
            gzip(&fs::read("CHANGELOG.md")?)?,
        ),
    ];
    for (shell, path) in [
        ("bash", "usr/share/bash-completion/completions/lazaret"),
        ("zsh", "usr/share/zsh/vendor-completions/_lazaret"),
        ("fish", "usr/share/fish/vendor_completions.d/lazaret.fish"),
    ] {
        files.push(Entry::file(
            path,
            told(program, Path::new("."), &["completion", shell])?,
        ));
    }
    let pages = tempfile::tempdir()?;
    told(
        program,
        Path::new("."),
        &["man", "--out", &pages.path().display().to_string()],
    )?;
    for page in fs::read_dir(pages.path())? {
        let page = page?;
        let name = page.file_name().to_string_lossy().into_owned();
        let packed = gzip(&fs::read(page.path())?)?;
        files.push(Entry::file(format!("usr/share/man/man1/{name}.gz"), packed));
    }
    Ok(files)
}

fn about_image(version: &str) -> oci::About {
    let label =
        |name: &str, value: &str| (format!("org.opencontainers.image.{name}"), value.to_owned());
    oci::About {
        name: format!("lazaret:{version}"),
        architecture: "amd64".into(),
        entrypoint: vec!["/usr/bin/lazaret".into()],
        user: "65532:65532".into(),
        environment: vec!["PATH=/usr/bin".into(), "HOME=/home/lazaret".into()],
        labels: vec![
            label("title", "lazaret"),
            label("version", version),
            label("licenses", "Apache-2.0"),
        ],
    }
}

/// The files of the image: the program, the certificates that it trusts, a place for its
/// cache. No shell, no package manager, no library.
fn image_files(binary: &[u8], licence: &[u8]) -> Vec<Entry> {
    let directory = |path: &str, mode| Entry {
        path: path.into(),
        mode,
        content: Vec::new(),
    };
    vec![
        Entry::program("usr/bin/lazaret", binary),
        Entry::file("usr/share/doc/lazaret/copyright", licence),
        Entry::file("etc/ssl/certs/ca-certificates.crt", certificates()),
        Entry::file(
            "etc/passwd",
            "lazaret:x:65532:65532::/home/lazaret:/nonexistent\n",
        ),
        Entry::file("etc/group", "lazaret:x:65532:\n"),
        directory("home/lazaret/", 0o1777),
        directory("tmp/", 0o1777),
    ]
}

/// Mozilla's roots, as PEM.
fn certificates() -> String {
    use base64::Engine as _;
    let mut out = String::new();
    for certificate in webpki_root_certs::TLS_SERVER_ROOT_CERTS {
        let text = base64::engine::general_purpose::STANDARD.encode(certificate);
        out.push_str("-----BEGIN CERTIFICATE-----\n");
        for line in text.as_bytes().chunks(64) {
            out.push_str(&String::from_utf8_lossy(line));
            out.push('\n');
        }
        out.push_str("-----END CERTIFICATE-----\n");
    }
    out
}
