//! Credential in environment or build arguments.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::compose::rule::{Found, Rule};
use crate::compose::service::{Service, assignments};
use crate::manifest::facts::secret_assignment;

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-CP-012",
        title: "Credential in environment or build arguments",
        severity: Severity::High,
        fix: FixKind::Manual,
        peers: &["C-0012"],
        about: "Whoever reads the repository, its history or `docker inspect` has the credential. Use `secrets`, or a variable that is set elsewhere.",
        good: r"services:
  web:
    image: registry.example/web:1.4.2
    environment: {DB_PASSWORD_FILE: /run/secrets/db}
",
        bad: r"services:
  web:
    image: registry.example/web:1.4.2
    environment: {DB_PASSWORD: correct-horse-battery}
",
    },
    remedy: "Use `secrets`, or a variable that is set elsewhere",
    look,
};

fn look(service: &Service<'_>, found: &mut Found<'_>) {
    let arguments = service.node.at(&["build", "args"]);
    for (name, value) in service
        .node
        .get("environment")
        .into_iter()
        .chain(arguments)
        .flat_map(assignments)
    {
        if secret_assignment(&name, value.1) {
            found.add_secret(
                value.0,
                &format!("holds what looks like a credential as `{name}`"),
            );
        }
    }
}
