//! From where images can be reached, by what is told of the workloads that run them.

use std::collections::HashMap;

use lazaret_policy::Exposure;

use crate::App;
use crate::http::ApiResult;

/// From where an image can be reached in an environment, by both.
pub(crate) type Exposures = HashMap<(String, String), Option<Exposure>>;

/// From where images can be reached. The widest class of the workloads that run one counts; where
/// of one of them nobody has said it, only that it is reached from everywhere is known.
///
/// # Errors
/// Those of the store.
pub(crate) async fn exposures(app: &App, digests: &[String]) -> ApiResult<Exposures> {
    let mut classes: HashMap<(String, String), Vec<Option<Exposure>>> = HashMap::new();
    for (digest, environment, exposure) in app.store.exposures_of(digests).await? {
        let exposure = exposure.and_then(|name| {
            let mut all = Exposure::ALL.into_iter();
            all.find(|class| class.name() == name)
        });
        let of = classes.entry((digest, environment)).or_default();
        of.push(exposure);
    }
    let widest = |of: Vec<Option<Exposure>>| match of.iter().max().copied().flatten() {
        Some(Exposure::Internet) => Some(Exposure::Internet),
        _ if of.contains(&None) => None,
        widest => widest,
    };
    Ok(classes
        .into_iter()
        .map(|(place, of)| (place, widest(of)))
        .collect())
}

/// From where one image can be reached in an environment.
///
/// # Errors
/// Those of the store.
pub(crate) async fn exposure(
    app: &App,
    digest: &str,
    environment: &str,
) -> ApiResult<Option<Exposure>> {
    let mut all = exposures(app, &[digest.to_owned()]).await?;
    let place = (digest.to_owned(), environment.to_owned());
    Ok(all.remove(&place).flatten())
}
