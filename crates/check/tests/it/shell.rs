//! Classes of ShellCheck in `RUN`: what fires, and what must not.

use lazaret_check::{Settings, Source, answers};

/// ShellCheck's ids that are told about a Dockerfile.
fn told(text: &str) -> Vec<String> {
    let answers = answers(&[Source::new("Dockerfile", text)], &Settings::default());
    let all = answers.misconfigurations.into_iter();
    let mut ids: Vec<String> = all
        .filter(|one| one.id == "LZ-DF-056")
        .flat_map(|one| one.aliases)
        .collect();
    ids.sort();
    ids.dedup();
    ids
}

#[track_caller]
fn check(run: &str, ids: &[&str]) {
    let text = format!("FROM debian:12.1\n{run}\n");
    assert_eq!(told(&text), ids, "{run}");
}

#[test]
fn variables_that_nothing_sets_are_told() {
    check("RUN echo \"$foo\"", &["SC2154"]);
    check("RUN echo \"$RTTP_PROXY\"", &["SC2153"]);
    check("RUN echo \"$TARGETARCH\"", &["SC2154"]);
    check("ARG TARGETARCH\nRUN echo \"$TARGETARCH\"", &[]);
    for silent in [
        "RUN echo \"$HTTP_PROXY$http_proxy$no_proxy\"",
        "ARG foo\nRUN echo \"$foo\"",
        "ENV bar=10 baz=20\nRUN echo \"$bar$baz\"",
        "RUN foo=1 && echo \"$foo\"",
        "RUN for foo in a b; do echo \"$foo\"; done",
        "RUN while read -r foo; do echo \"$foo\"; done < list",
        "RUN echo \"${foo:-none}\" \"${bar-}\" \"${baz:?}\"",
        "RUN echo '$foo' \\$bar",
        "RUN . /etc/os-release && echo \"$foo\"",
        "RUN eval \"$(dircolors)\" && echo \"$foo\"",
        "RUN : \"${foo:=1}\" && echo \"$foo\"",
        "RUN env foo=1 sh -c 'echo \"$foo\"'",
        "RUN echo \"$NODE_VERSION\"",
        "RUN export foo=1 && echo \"$foo\"",
        "RUN [\"echo\", \"$foo\"]",
    ] {
        check(silent, &[]);
    }
}

#[test]
fn an_argument_from_before_from_is_not_set_in_a_stage() {
    let text = "ARG foo=1\nFROM debian:12.1\nRUN echo \"$foo\"\n";
    assert_eq!(told(text), ["SC2154"]);
    let again = "ARG foo=1\nFROM debian:12.1\nARG foo\nRUN echo \"$foo\"\n";
    assert_eq!(told(again), Vec::<String>::new());
    let below = "FROM debian:12.1 AS a\nENV foo=1\nARG bar=1\nFROM a\nRUN echo \"$foo\"\n";
    assert_eq!(told(below), Vec::<String>::new());
    let argument = "FROM debian:12.1 AS a\nARG bar=1\nFROM a\nRUN echo \"$bar\"\n";
    assert_eq!(told(argument), ["SC2154"], "an ARG ends with its stage");
    let part = "ARG foo=1\nRUN echo \"$foo\"\n";
    assert_eq!(told(part), Vec::<String>::new(), "a file without FROM");
}

#[test]
fn what_only_bash_knows_is_told_where_sh_reads_it() {
    for (run, id) in [
        ("echo \"$RANDOM\"", "SC3028"),
        ("mkdir -p /a/{b,c}", "SC3009"),
        ("echo {1..3}", "SC3009"),
        ("echo -e hello", "SC3037"),
        ("set -o pipefail && true", "SC3040"),
        ("set -eo pipefail && true", "SC3040"),
        ("x=abc && echo \"${x:0:2}\"", "SC3057"),
        ("x=abc && echo \"${x//a/b}\"", "SC3060"),
        ("x=abc && echo \"${x^^}\"", "SC3059"),
        ("x=abc && echo \"${x[0]}\"", "SC3054"),
        ("x=HOME && echo \"${!x}\"", "SC3053"),
        ("let x=1", "SC3039"),
        ("[ \"$HOME\" =~ root ]", "SC3015"),
        ("[ -v HOME ]", "SC3016"),
        ("printf %s $'a\\n'", "SC3003"),
    ] {
        check(&format!("RUN {run}"), &[id]);
        let bash = format!("SHELL [\"/bin/bash\", \"-c\"]\nRUN {run}");
        check(&bash, &[]);
    }
    for silent in [
        "find . -exec rm {} +",
        "echo \"{a,b}\" '{a,b}'",
        "docker inspect -f {{.a,b}}",
        "x=1 && echo \"${x:-a}\" \"${x:=b}\" \"${#x}\" \"${x%.*}\" \"${x#a}\"",
        "set -eux && true",
    ] {
        check(&format!("RUN {silent}"), &[]);
    }
}

#[test]
fn what_hides_failures_is_told() {
    check("RUN export x=$(cat /y) && echo \"$x\"", &["SC2155"]);
    check("RUN x=$(cat /y) && export x && echo \"$x\"", &[]);
    check("RUN [ -f /a ] && make || cmake .", &["SC2015"]);
    check("RUN [ -f /a ] && make || true", &[]);
    check("RUN make && make install || cmake .", &[]);
    check("RUN foo = bar", &["SC1068"]);
    check("RUN echo \"a\\nb\"", &["SC2028"]);
    check("RUN printf \"a\\nb\"", &[]);
}

#[test]
fn other_shells_are_not_read_as_sh() {
    for shell in ["pwsh", "cmd.exe"] {
        let run = format!("SHELL [\"{shell}\", \"-c\"]\nRUN Get-Variable $foo | Select $RANDOM");
        check(&run, &[]);
    }
    let pragma = "# hadolint shell=powershell.exe\nFROM windows:10\nRUN Get-Variable $foo\n";
    assert_eq!(told(pragma), Vec::<String>::new());
}
