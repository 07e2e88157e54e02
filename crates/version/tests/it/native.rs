//! Orders against the native tool of each ecosystem, on generated versions.
//!
//! A tool reads pairs from its standard input, `A<TAB>B`, and prints -1, 0 or 1 for each.
//! Where it is not on this machine, the test says so and is skipped.

use std::cmp::Ordering;
use std::io::Write as _;
use std::process::{Command, Stdio};

use lazaret_version::Scheme;
use proptest::strategy::{Strategy as _, ValueTree as _};
use proptest::test_runner::TestRunner;

use crate::laws::versions;

const PAIRS: usize = 4000;

/// The same pairs every time: half unrelated, half of versions that begin alike.
fn pairs(scheme: Scheme) -> Vec<(String, String)> {
    let mut runner = TestRunner::deterministic();
    let strategy = match scheme {
        // The tool takes whole versions alone.
        Scheme::Npm => proptest::string::string_regex(
            "[0-9]\\.[0-9]{1,2}\\.[0-9]{1,2}(-[a-c0-9]{1,2}(\\.[0-9a-c]){0,2})?(\\+[a-b0-9])?",
        )
        .expect("a pattern")
        .boxed(),
        _ => versions(scheme),
    };
    let mut next = || {
        let tree = strategy.new_tree(&mut runner).expect("a version");
        tree.current()
    };
    let mut all = Vec::new();
    while all.len() < PAIRS {
        let (a, b) = (next(), next());
        // The start of one and the end of the other, where that is a version.
        let (start, end) = (a.len() / 2, b.len() / 2);
        let mixed = format!("{}{}", &a[..start], &b[end..]);
        if scheme.check(&mixed).is_ok() {
            all.push((a.clone(), mixed));
        }
        all.push((a, b));
    }
    all
}

fn ordering(word: &str) -> Option<Ordering> {
    let number: i32 = word.trim().parse().ok()?;
    Some(number.cmp(&0))
}

/// What the tool prints for the pairs; `None` where it is not here.
fn told(pairs: &[(String, String)], program: &str, args: &[&str]) -> Option<Vec<String>> {
    let mut child = Command::new(program)
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    let lines: String = pairs.iter().map(|(a, b)| format!("{a}\t{b}\n")).collect();
    let mut input = child.stdin.take()?;
    let writer = std::thread::spawn(move || input.write_all(lines.as_bytes()));
    let output = child.wait_with_output().ok()?;
    // A tool that is not here, or has no such module, reads nothing.
    let _ = writer.join();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    // rpm ends with what the script expands to, which is nothing.
    let text = text.trim_end();
    let lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let whole = output.status.success() && lines.len() == pairs.len();
    whole.then_some(lines)
}

/// Every pair in the order that the tool gives it. A pair that the tool refuses (`?`)
/// may be ordered or refused.
#[track_caller]
fn check(scheme: Scheme, pairs: &[(String, String)], told: Option<Vec<String>>) {
    let Some(told) = told else {
        return eprintln!("skipped: the native tool of {scheme} is not on this machine");
    };
    let (mut compared, mut wrong) = (0, Vec::new());
    for ((a, b), word) in pairs.iter().zip(told) {
        let Some(expected) = ordering(&word) else {
            continue;
        };
        compared += 1;
        let got = scheme.compare(a, b);
        if got != Ok(expected) {
            wrong.push(format!("{a} {expected:?} {b}: {got:?}"));
        }
    }
    println!(
        "{scheme}: {compared} generated pairs compared, {} differ",
        wrong.len()
    );
    assert!(
        compared * 2 > pairs.len(),
        "{scheme}: the tool refuses most"
    );
    assert!(
        wrong.is_empty(),
        "{}: {:#?}",
        wrong.len(),
        &wrong[..wrong.len().min(40)]
    );
}

#[track_caller]
fn compare(scheme: Scheme, program: &str, args: &[&str]) {
    let pairs = pairs(scheme);
    let answer = told(&pairs, program, args);
    check(scheme, &pairs, answer);
}

#[test]
fn dpkg_orders_generated_versions_so() {
    let script = "use Dpkg::Version; while (<STDIN>) { chomp; my ($x, $y) = split /\\t/; \
                  my $r = eval { version_compare($x, $y) }; print $r // q(?), qq(\\n) }";
    compare(Scheme::Deb, "perl", &["-e", script]);
}

#[test]
fn rpm_orders_generated_versions_so() {
    let script = "%{lua:for line in io.lines() do local a, b = line:match('([^\\t]*)\\t(.*)'); \
                  local good, r = pcall(rpm.vercmp, a, b); io.write(good and r or '?', '\\n') end}";
    let pairs = pairs(Scheme::Rpm);
    let answer = told(&pairs, "rpm", &["--eval", script]);
    check(Scheme::Rpm, &pairs, answer);
}

#[test]
fn pip_orders_generated_versions_so() {
    let script = "import sys\n\
        from packaging.version import Version as V\n\
        for line in sys.stdin:\n\
        \x20a, b = map(V, line.rstrip('\\n').split('\\t'))\n\
        \x20print((a > b) - (a < b))";
    compare(Scheme::Pep440, "python3", &["-c", script]);
}

#[test]
fn gem_orders_generated_versions_so() {
    let script = "STDIN.each_line { |l| a, b = l.chomp.split(\"\\t\"); \
                  puts([a, b].all? { |v| Gem::Version.correct?(v) } ? \
                  Gem::Version.new(a) <=> Gem::Version.new(b) : '?') }";
    compare(Scheme::Gem, "ruby", &["-e", script]);
}

#[test]
fn npm_orders_generated_versions_so() {
    let root = Command::new("npm").args(["root", "-g"]).output();
    let Ok(root) = root.map(|o| String::from_utf8_lossy(&o.stdout).trim().to_owned()) else {
        return eprintln!("skipped: no npm on this machine");
    };
    let script = format!(
        "const s = require('{root}/npm/node_modules/semver'); \
         const lines = require('fs').readFileSync(0, 'utf8').trimEnd().split('\\n'); \
         for (const l of lines) {{ const [a, b] = l.split('\\t'); \
         console.log(s.valid(a) && s.valid(b) ? s.compare(a, b) : '?') }}"
    );
    compare(Scheme::Npm, "node", &["-e", &script]);
}

/// `ComparableVersion` is a program that compares each argument with the one before.
#[test]
fn maven_orders_generated_versions_so() {
    let jars = "/usr/share/java/maven-artifact-3.x.jar:/usr/share/java/commons-lang3.jar";
    let pairs = pairs(Scheme::Maven);
    let class = "org.apache.maven.artifact.versioning.ComparableVersion";
    let output = Command::new("java")
        .args(["-cp", jars, class])
        .args(pairs.iter().flat_map(|(a, b)| [a, b]))
        .output();
    let output = output.map(|o| String::from_utf8_lossy(&o.stdout).into_owned());
    // `   1-1 > 1-ga-1` for each argument but the first: every second is of a pair.
    let told = output.unwrap_or_default();
    let signs = told.lines().filter_map(|line| {
        let [_, sign, _] = line.strip_prefix("   ")?.split(' ').collect::<Vec<_>>()[..] else {
            return None;
        };
        let number = match sign {
            "<" => "-1",
            ">" => "1",
            _ => "0",
        };
        Some(number.to_owned())
    });
    let signs: Vec<String> = signs.step_by(2).collect();
    let whole = signs.len() == pairs.len();
    check(Scheme::Maven, &pairs, whole.then_some(signs));
}
