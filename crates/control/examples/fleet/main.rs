//! Fills a centre's store with a fleet: `fleet --data DIR [--database URL] [--images 100000]
//! [--inventories DIR] [--advisories FILE]`.
//!
//! The fleet is made of real inventories (`lazaret sbom -f json`, a folder of them), where one
//! is given; images share bases and dependencies as fleets do. It has registries, names,
//! workloads, verdicts by the policy inside the program, holds, releases, exceptions, edges,
//! changes over ninety days, jobs and a log. `lazaret serve --data DIR` then serves it; the secret
//! of an administrator's token is written to `DIR/token`, what a browser of the same person would
//! send as its session to `DIR/session`. The same arguments make the same fleet.
//! With `--only-facts true` a fleet that an older program has made is given what images are
//! decided on by in parts, in minutes and not in the hours of judging every image whole.

mod made;

use jiff::Timestamp;

use made::{Failure, Wanted, fleet};

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let mut wanted = Wanted {
        images: 100_000,
        ..Wanted::default()
    };
    let mut arguments = std::env::args().skip(1);
    while let Some(name) = arguments.next() {
        let value = arguments.next().ok_or("every option has a value")?;
        match name.as_str() {
            "--data" => wanted.data = value.into(),
            "--database" => wanted.database = Some(value),
            "--inventories" => wanted.inventories = Some(value.into()),
            "--advisories" => wanted.advisories = Some(value.into()),
            "--only-facts" => wanted.only_facts = value == "true",
            "--images" => wanted.images = value.parse()?,
            _ => return Err(format!("{name} is no option").into()),
        }
    }
    if wanted.data.as_os_str().is_empty() {
        return Err("--data DIR is missing".into());
    }
    fleet(&wanted, Timestamp::now()).await
}
