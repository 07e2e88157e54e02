//! Proposals against a forge on the loopback interface.

use lazaret_forge::{FileChange, ForgeError, Kind, Proposal, Proposed, Repository, Token, propose};
use lazaret_testkit::forge::{LoopbackForge, TOKEN};

const BEFORE: &str = "jinja2==2.10\r\n# é\n";
const FILES: [(&str, &str); 2] = [("app/requirements 1.txt", BEFORE), ("README.md", "read\n")];

fn repository(forge: &LoopbackForge, kind: Kind, token: &str) -> Repository {
    Repository {
        kind,
        api: format!("{}/", forge.address()),
        path: "team/app".into(),
        token: Token::new(token),
    }
}

fn proposal(after: &str) -> Proposal {
    Proposal {
        branch: "lazaret/fix".into(),
        base: None,
        title: "1 vulnerability less".into(),
        body: "- jinja2 2.10 -> 2.10.1 removes CVE-2019-10906\n".into(),
        files: vec![FileChange {
            path: "app/requirements 1.txt".into(),
            before: BEFORE.into(),
            after: after.into(),
            executable: false,
        }],
    }
}

#[test]
fn a_branch_and_a_request_are_made_and_renewed() {
    for kind in [Kind::GitHub, Kind::GitLab] {
        let forge = LoopbackForge::start(&FILES).expect("a forge");
        let repository = repository(&forge, kind, TOKEN);
        let after = BEFORE.replace("2.10", "2.10.1");
        let first = propose(&repository, &proposal(&after)).expect("proposed");
        assert!(first.created && first.url.ends_with("/1"), "{first:?}");
        let newer = BEFORE.replace("2.10", "2.11.3");
        let second = propose(&repository, &proposal(&newer)).expect("proposed again");
        assert_eq!(
            second,
            Proposed {
                created: false,
                ..first
            }
        );
        let state = forge.state();
        assert_eq!(state.requests.len(), 1, "{kind:?}");
        assert_eq!(
            (
                state.requests[0].base.as_str(),
                state.requests[0].head.as_str()
            ),
            ("main", "lazaret/fix")
        );
        let commit = &state.commits[&state.branches["lazaret/fix"]];
        assert_eq!(
            commit.parent.as_ref(),
            Some(&state.branches["main"]),
            "one commit on the base"
        );
        assert!(
            commit
                .message
                .starts_with("1 vulnerability less\n\n- jinja2")
        );
        assert_eq!(
            commit.tree["app/requirements 1.txt"],
            ("100644".to_owned(), newer)
        );
        assert_eq!(commit.tree["README.md"].1, "read\n");
        let main = &state.commits[&state.branches["main"]];
        assert_eq!(main.tree["app/requirements 1.txt"].1, BEFORE);
    }
}

#[test]
fn a_file_that_has_moved_on_is_not_overwritten() {
    for kind in [Kind::GitHub, Kind::GitLab] {
        let forge =
            LoopbackForge::start(&[("app/requirements 1.txt", "jinja2==2.9\n")]).expect("a forge");
        let error =
            propose(&repository(&forge, kind, TOKEN), &proposal("x")).expect_err("another file");
        assert!(
            matches!(&error, ForgeError::Moved { base, .. } if base == "main"),
            "{error}"
        );
        let gone = LoopbackForge::start(&[]).expect("a forge");
        let error = propose(&repository(&gone, kind, TOKEN), &proposal("x")).expect_err("no file");
        assert!(matches!(error, ForgeError::Moved { .. }), "{error}");
        assert_eq!(
            forge.state().branches.len() + gone.state().branches.len(),
            2,
            "nothing was made"
        );
    }
}

#[test]
fn refusals_are_told_without_the_token() {
    for kind in [Kind::GitHub, Kind::GitLab] {
        let forge = LoopbackForge::start(&FILES).expect("a forge");
        let wrong = repository(&forge, kind, "wrong-token");
        let error = propose(&wrong, &proposal("x")).expect_err("a wrong token");
        let shown = format!("{error} {error:?} {wrong:?} {:?}", error.hint());
        assert!(
            shown.contains("401") && shown.contains("Bad credentials"),
            "{shown}"
        );
        assert!(!shown.contains("wrong-token"), "{shown}");
        let mut unknown = repository(&forge, kind, TOKEN);
        unknown.path = "team/other".into();
        let error = propose(&unknown, &proposal("x")).expect_err("no such repository");
        assert!(error.hint().is_some_and(|h| h.contains("write")), "{error}");
        let mut other = proposal("x");
        other.base = Some("release".into());
        let error = propose(&repository(&forge, kind, TOKEN), &other).expect_err("no such branch");
        assert!(error.to_string().contains("release"), "{error}");
        other.base = Some(other.branch.clone());
        assert!(matches!(
            propose(&repository(&forge, kind, TOKEN), &other),
            Err(ForgeError::SameBranch(_))
        ));
        other.files.clear();
        assert!(matches!(
            propose(&repository(&forge, kind, TOKEN), &other),
            Err(ForgeError::Nothing)
        ));
        let nobody = Repository {
            api: "http://user:password@127.0.0.1:1".into(),
            ..repository(&forge, kind, TOKEN)
        };
        let error = propose(&nobody, &proposal("x"))
            .expect_err("nobody listens")
            .to_string();
        assert!(
            error.contains("127.0.0.1:1") && !error.contains("password"),
            "{error}"
        );
    }
}
