//! The fleet: what it is made of, and the order in which it comes into the store.

#![allow(clippy::print_stdout)] // A measurement prints.

mod fill;
mod govern;
mod life;
mod plan;
mod seed;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use jiff::Timestamp;
use lazaret_advisory::{Db, starter};
use lazaret_store::{By, NewRegistry, RegistryKind, Store, StoreOptions};

use fill::Fleet;
use plan::Plan;
use seed::Seeds;

/// Anything that goes wrong ends it.
pub(crate) type Failure = Box<dyn std::error::Error + Send + Sync>;

/// What is to be made.
#[derive(Debug, Default)]
pub(crate) struct Wanted {
    pub(crate) data: PathBuf,
    pub(crate) database: Option<String>,
    pub(crate) inventories: Option<PathBuf>,
    pub(crate) advisories: Option<PathBuf>,
    pub(crate) images: usize,
    /// Only what images are decided on by in parts, for a fleet that is there.
    pub(crate) only_facts: bool,
}

/// Makes the fleet.
pub(crate) async fn fleet(wanted: &Wanted, now: Timestamp) -> Result<(), Failure> {
    std::fs::create_dir_all(&wanted.data)?;
    let file = wanted.data.join("lazaret.db");
    let sqlite = format!("sqlite:{}", file.display());
    let database = wanted.database.clone().unwrap_or(sqlite);
    let blobs = wanted.data.join("blobs").display().to_string();
    let store = Store::open(&StoreOptions::new(database, blobs, now)).await?;
    let seeds = match &wanted.inventories {
        Some(folder) => Seeds::read(folder)?,
        None => Seeds::made(),
    };
    if seeds.bases.is_empty() || seeds.apps.is_empty() {
        return Err("the inventories hold no base, or no application".into());
    }
    println!(
        "seeds: {} bases, {} applications",
        seeds.bases.len(),
        seeds.apps.len()
    );
    let advisories = match &wanted.advisories {
        Some(file) => Db::open(file)?,
        None => starter::database()?,
    };
    if wanted.only_facts {
        let plan = Plan::new(seeds, wanted.images);
        let registries = vec![(String::new(), "prod")];
        let fleet = Fleet::new(store, plan, advisories, now, registries, 0);
        let begun = Instant::now();
        fill::shells(&fleet).await?;
        let matches = life::facts(&fleet, false).await?;
        let took = begun.elapsed().as_secs_f64();
        println!("facts of {matches} advisories of components in {took:.1} s");
        return Ok(());
    }
    let secret = lazaret_control::keys::secret("lzt_")?;
    life::people(&store, &secret, now).await?;
    std::fs::write(wanted.data.join("token"), &secret)?;
    let registries = registries(&store, now).await?;
    let session = lazaret_control::keys::secret("")?;
    govern::session(&store, "person3", &session, now).await?;
    std::fs::write(wanted.data.join("session"), &session)?;
    let generation = govern::policies(&store, now).await?;
    let plan = Plan::new(seeds, wanted.images);
    let fleet = Fleet::new(store, plan, advisories, now, registries, generation);
    fill(&Arc::new(fleet)).await
}

async fn fill(fleet: &Arc<Fleet>) -> Result<(), Failure> {
    let images = fleet.plan.images;
    let mut clock = Instant::now();
    let mut told = |what: String| {
        println!("{what} in {:.1} s", clock.elapsed().as_secs_f64());
        clock = Instant::now();
    };
    fill::images(fleet).await?;
    told(format!(
        "{images} images, inventories, names, contents, verdicts"
    ));
    let running = life::workloads(fleet).await?;
    told(format!("{running} workloads"));
    let matches = life::matches(fleet).await?;
    told(format!("{matches} advisories of components"));
    let holds = life::holds(fleet, images / 20).await?;
    told(format!("{holds} holds"));
    let events = life::outbox(fleet).await?;
    told(format!("{events} events taken"));
    govern::all(fleet).await?;
    told("exceptions, edges, done jobs".to_owned());
    life::jobs(fleet, images / 20).await?;
    told("jobs".to_owned());
    life::log(fleet, images / 10).await?;
    told("the log".to_owned());
    fleet.store.close().await;
    Ok(())
}

async fn registries(store: &Store, now: Timestamp) -> Result<Vec<(String, &'static str)>, Failure> {
    let by = By::new("system", now).because("a fleet for measuring");
    let mut made = Vec::new();
    for (number, region) in ["eu", "us", "ap", "eu", "us"].into_iter().enumerate() {
        let environment = ["prod", "prod", "stage", "dev", "prod"];
        let new = NewRegistry {
            name: format!("registry{number}"),
            kind: RegistryKind::Distribution,
            url: format!("https://registry{number}.example"),
            credential: None,
            schedule: None,
            region: region.to_owned(),
            environment: environment[number].to_owned(),
            paused: false,
        };
        let registry = store.create_registry(&new, &by).await?;
        made.push((registry.id, environment[number]));
    }
    Ok(made)
}
