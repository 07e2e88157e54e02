//! The policy and its exceptions.

use jiff::{SignedDuration, Timestamp};
use lazaret_store::{By, Exemption, Page, Paging};
use lazaret_wire::api::{NewException, NewPolicy, PolicyException, PolicyState};

use crate::App;
use crate::http::{ApiError, ApiResult};
use crate::judge::Judge;
use crate::work;

/// The policy that counts.
///
/// # Errors
/// Those of the store.
pub async fn read(app: &App) -> ApiResult<PolicyState> {
    if let Some(policy) = app.store.policy().await? {
        return Ok(PolicyState {
            generation: policy.generation,
            text: policy.document,
            actor: policy.actor,
            set_at: Some(policy.at),
        });
    }
    let files = app.shelf.files.iter().map(|(_, text)| text.as_str());
    let text = files.collect::<Vec<_>>().join("\n---\n");
    Ok(PolicyState {
        generation: 0,
        text: match text.is_empty() {
            true => lazaret_policy::DEFAULT_POLICY.to_owned(),
            false => text,
        },
        actor: "system".into(),
        set_at: None,
    })
}

/// Makes a document the policy; every image is decided on again. With `seen`, only while that
/// generation counts.
///
/// # Errors
/// With everything that is wrong in it; 412 where another generation counts.
pub async fn set(app: &App, new: NewPolicy, seen: Option<i64>, by: By) -> ApiResult<PolicyState> {
    let documents = [("policy".to_owned(), new.text)];
    Judge::read(1, &documents).map_err(|error| ApiError::invalid(error.to_string()))?;
    let by = by.because(new.reason);
    let [(_, text)] = documents;
    app.store.replace_policy(&text, seen, &by).await?;
    app.shelf.forget();
    work::decide_again(app, "policy").await?;
    read(app).await
}

fn exception(row: Exemption) -> PolicyException {
    PolicyException {
        id: row.id,
        text: row.document,
        actor: row.actor,
        reason: row.reason,
        created_at: row.at,
        until: row.until,
        revoked_at: row.revoked_at,
    }
}

/// Exceptions, the newest first, those that were taken back among them.
///
/// # Errors
/// Those of the store.
pub async fn exceptions(app: &App, paging: &Paging) -> ApiResult<Page<PolicyException>> {
    let page = app.store.exemptions(paging).await?;
    Ok(Page {
        items: page.items.into_iter().map(exception).collect(),
        next: page.next,
    })
}

/// Grants an exception; every image is decided on again.
///
/// # Errors
/// With everything that is wrong in it.
pub async fn grant(app: &App, new: NewException, by: By) -> ApiResult<PolicyException> {
    let base = (
        "default".to_owned(),
        lazaret_policy::DEFAULT_POLICY.to_owned(),
    );
    let documents = [base, ("exception".to_owned(), new.text.clone())];
    Judge::read(1, &documents).map_err(|error| ApiError::invalid(error.to_string()))?;
    if new.days.is_some_and(|days| !(1..=3650).contains(&days)) {
        return Err(ApiError::invalid("`days` is 1 to 3650"));
    }
    let lasts =
        |days: u32| -> Timestamp { by.at + SignedDuration::from_hours(24 * i64::from(days)) };
    let until = new.days.map(lasts);
    let by = by.because(new.reason);
    let made = app.store.grant_exemption(&new.text, until, &by).await?;
    app.shelf.forget();
    work::decide_again(app, "policy").await?;
    Ok(exception(made))
}

/// Takes an exception back; every image is decided on again.
///
/// # Errors
/// When there is none of that id.
pub async fn revoke(app: &App, id: &str, by: &By) -> ApiResult<()> {
    app.store.revoke_exemption(id, by).await?;
    app.shelf.forget();
    work::decide_again(app, "policy").await
}
