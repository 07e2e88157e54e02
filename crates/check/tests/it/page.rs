//! docs/checks.md lists every check as the program does.

use std::fmt::Write as _;
use std::path::Path;

use lazaret_check::{ALL, BEYOND, Check};

const BEGIN: &str = "<!-- list: begin -->\n";
const END: &str = "<!-- list: end -->\n";

fn list() -> String {
    let mut out = String::new();
    let files = ALL.iter().map(|one| (one.title, (one.checks)()));
    let beyond = ("Base images", BEYOND.to_vec());
    let all: Vec<(&str, Vec<&Check>)> = files.chain([beyond]).collect();
    for (title, checks) in all {
        let _ = write!(
            out,
            "\n### {title}: {} check{}\n\n| id | severity | fix | what | also known as |\n|---|---|---|---|---|\n",
            checks.len(),
            if checks.len() == 1 { "" } else { "s" }
        );
        for check in checks {
            let _ = writeln!(
                out,
                "| {} | {} | {} | {} | {} |",
                check.id,
                check.severity,
                check.fix,
                check.title.replace('|', "\\|"),
                check.peers.join(", ")
            );
        }
    }
    out.push('\n');
    out
}

#[test]
fn the_page_lists_every_check() {
    let place = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/checks.md");
    let page = std::fs::read_to_string(&place).expect("docs/checks.md");
    let (head, rest) = page.split_once(BEGIN).expect("a begin mark");
    let (kept, tail) = rest.split_once(END).expect("an end mark");
    let list = list();
    if std::env::var_os("REGENERATE").is_some() {
        let page = format!("{head}{BEGIN}{list}{END}{tail}");
        std::fs::write(&place, page).expect("writes");
        return;
    }
    assert!(
        kept == list,
        "docs/checks.md is stale; run `REGENERATE=1 cargo test -p lazaret-check page`"
    );
}
