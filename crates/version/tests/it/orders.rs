//! The order of each scheme: chains written from the schemes' own rules, and the laws.

use std::cmp::Ordering;

use lazaret_version::Scheme;
use proptest::prelude::*;

/// Each version comes before the next; `=` joins equal ones.
#[track_caller]
fn chain(scheme: Scheme, versions: &str) {
    let groups: Vec<Vec<&str>> = versions
        .split_whitespace()
        .map(|g| g.split('=').collect())
        .collect();
    for (i, group) in groups.iter().enumerate() {
        for (j, other) in groups.iter().enumerate() {
            for a in group {
                for b in other {
                    assert_eq!(scheme.compare(a, b), Ok(i.cmp(&j)), "{scheme}: {a} and {b}");
                }
            }
        }
    }
}

#[test]
fn chains_of_every_scheme() {
    chain(
        Scheme::Deb,
        "1.0~~ 1.0~rc1 1.0=1.00=0:1.0 1.0-1 1.0-1+b1 1.0a 1.0+dfsg 1.0.1 1.10 1:0.1",
    );
    chain(
        Scheme::Rpm,
        "1.a 1.0~rc1-1 1.0-1 1.0-1.1 1.0-2 1.0^20160101-1 1.0.1-1 1.1=1.01 1:0.1",
    );
    chain(
        Scheme::Apk,
        "1.0_alpha 1.0_alpha2 1.0_beta 1.0_rc1 1.0 1.0-r1 1.0_p1 1.0a 1.0.01 1.0.1 1.1",
    );
    chain(
        Scheme::Semver,
        "1.0.0-1 1.0.0-alpha 1.0.0-alpha.1 1.0.0-beta.2 1.0.0-beta.11 1.0.0=v1=1.0=1.0.0+x 1.0.1",
    );
    chain(
        Scheme::Go,
        "v0.0.0-20190101000000-abcdef v0.1.0 1.21.0-0 1.21rc2=1.21.0-rc.2=go1.21rc2 1.21.0=1.21 v2.0.0+incompatible=2",
    );
    chain(
        Scheme::Pep440,
        "1.dev1 1a1.dev1 1a1=1.alpha-1=1-a.1 1b1 1rc1=1c1=1pre1 1=v1=1.0 1+abc 1+5 1.post1.dev1 1.post1=1-1=1.rev1 1.1 1!0",
    );
    chain(
        Scheme::Gem,
        "1.a 1.0.b1=1.b1 1.0.rc 1=1.0=1.0.0 1.0.1 1.2 1.10",
    );
    chain(
        Scheme::Maven,
        "1-alpha=1-a0=1alpha 1-beta=1b0 1-milestone 1-rc=1-cr 1-SNAPSHOT 1=1.0=1-ga=1.final=1-0 1-sp 1-x 1-1 1.1",
    );
    chain(
        Scheme::Nuget,
        "1.0.0-alpha 1.0.0-Beta=1.0.0-bETA 1.0=1.0.0.0=1.0.0+x 1.0.0.1 1.0.1",
    );
    chain(
        Scheme::Composer,
        "dev-main 1.0-dev 1.0-alpha1=1.0a1 1.0-beta 1.0RC1 1.0=1.0.0=v1 1.0-patch1=1.0pl1 1.0.1",
    );
    chain(Scheme::Cran, "1.0 1.0-1=1.0.1 1.0.1.0 1.2 1.10");
    chain(Scheme::Hackage, "1 1.0 1.0.0 1.1");
    chain(Scheme::Pub, "1.0.0-a 1.0.0 1.0.0+1 1.0.0+2 1.0.1");
    chain(
        Scheme::Bitnami,
        "1.0.0-rc1 1.0.0=1.0.0-0 1.0.0-1 1.0.0-10 1.0.1",
    );
    chain(Scheme::Pacman, "1.0rc 1.0 1.0-1 1.0-2 1.0.1 1:0.1");
    chain(
        Scheme::Portage,
        "1.0_alpha 1.0_rc1 1.0 1.0-r1 1.0_p1 1.0b 1.1",
    );
    chain(
        Scheme::Jvm,
        "1.7.0_80=7u80 1.8.0_292-b10 11-ea 11 11.0.3+6 11.0.3+7 17.0.1",
    );
}

#[test]
fn what_has_no_order_is_refused_and_not_guessed() {
    for (scheme, version) in [
        (Scheme::Deb, "unfixed"),
        (Scheme::Apk, "one"),
        (Scheme::Pep440, ""),
        (Scheme::Gem, "trunk"),
        (Scheme::Go, "(devel)"),
        (Scheme::Semver, ""),
        (Scheme::Cran, "1.0a"),
    ] {
        assert!(scheme.check(version).is_err(), "{scheme} {version}");
        assert!(scheme.compare(version, "1").is_err(), "{scheme} {version}");
    }
}

fn version_like() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        "[0-9]{1,3}",
        "0",
        "[a-z]{1,3}",
        "alpha",
        "beta",
        "rc",
        "dev",
        "post",
        "p",
        "-",
        "\\.",
        "~",
        "\\^",
        "_",
        "\\+",
        ":",
        "-r1",
    ];
    ("[0-9]{1,2}", prop::collection::vec(piece, 0..6))
        .prop_map(|(first, rest)| first + &rest.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]
    #[test]
    fn every_order_is_total(a in version_like(), b in version_like(), c in version_like()) {
        for scheme in Scheme::ALL {
            let (Ok(ab), Ok(ba), Ok(bc), Ok(ac)) = (
                scheme.compare(&a, &b), scheme.compare(&b, &a), scheme.compare(&b, &c), scheme.compare(&a, &c),
            ) else { continue };
            prop_assert_eq!(scheme.compare(&a, &a), Ok(Ordering::Equal), "{} {}", scheme, &a);
            prop_assert_eq!(ab, ba.reverse(), "{} {} {}", scheme, &a, &b);
            if ab.is_le() && bc.is_le() {
                prop_assert!(ac.is_le(), "{} {} {} {}", scheme, &a, &b, &c);
            }
        }
    }

    #[test]
    fn no_text_panics(a in "\\PC{0,30}", b in "\\PC{0,30}") {
        for scheme in Scheme::ALL {
            let _ = scheme.compare(&a, &b);
            let _ = scheme.compare_bound(&a, &b);
        }
    }
}
