//! From what a provider claims to the account.

use lazaret_store::{By, Error as StoreError, NewPerson, Person};
use lazaret_wire::api::Role;
use lazaret_wire::oidc::{self, Claims};
use serde_json::json;

use super::settings::Settings;
use crate::App;
use crate::api::user::store_role;
use crate::http::{ApiError, ApiResult};
use crate::keys::hash;

/// The account of the person of verified claims, made where it is new. It is that of issuer
/// and subject: a user who has the name already is somebody else.
pub(super) async fn account(app: &App, settings: &Settings, claims: &Claims) -> ApiResult<Person> {
    let subject = oidc::subject(claims)
        .ok_or_else(|| ApiError::forbidden("the provider does not say who it is about (`sub`)"))?;
    let subject = format!("{}|{subject}", settings.issuer);
    let known = app.store.person_by_subject(&subject).await?;
    let role = match allowed(settings, claims, known.as_ref()) {
        Ok(role) => role,
        Err(why) => {
            // What they have in hand from before is not to outlast it.
            if let Some(person) = &known {
                let by = By::new("system", app.now()).because(why);
                app.store.end_access(person, &by).await?;
            }
            return Err(refused(app, &subject, known, why).await?);
        }
    };
    let by = By::new("system", app.now())
        .because(format!("the groups that {} tells of", settings.issuer));
    match known {
        Some(person) if person.role == store_role(role) => Ok(person),
        Some(mut person) => {
            person.role = store_role(role);
            app.store.set_role(&person.name, person.role, &by).await?;
            Ok(person)
        }
        None => create(app, settings, claims, &subject, role, &by).await,
    }
}

/// The role of somebody who may come in, or why they may not.
fn allowed(
    settings: &Settings,
    claims: &Claims,
    known: Option<&Person>,
) -> Result<Role, &'static str> {
    if known.is_some_and(|person| person.disabled_at.is_some()) {
        return Err("the account is shut out");
    }
    if !oidc::is_let_in(claims, &settings.only) {
        return Err("only verified addresses of some domains are let in, and yours is none");
    }
    let role = oidc::role(claims, &settings.groups, &settings.roles);
    role.ok_or("none of your groups has a role here")
}

/// Notes that somebody whom the provider knows was not let in.
async fn refused(
    app: &App,
    subject: &str,
    known: Option<Person>,
    why: &'static str,
) -> ApiResult<ApiError> {
    let object = known.map_or_else(|| "user".to_owned(), |p| format!("user:{}", p.name));
    let by = By::new("system", app.now()).because(why);
    let details = json!({"subject": subject});
    app.store
        .append_audit(&by, "login.failed", &object, &details)
        .await?;
    Ok(ApiError::forbidden(why))
}

async fn create(
    app: &App,
    settings: &Settings,
    claims: &Claims,
    subject: &str,
    role: Role,
    by: &By,
) -> ApiResult<Person> {
    let name = oidc::name(claims, &settings.name);
    // Eight digits of the subject tell two of one name apart, and stay the same.
    let other = format!("{name}-{}", &hash(subject)[..8]);
    let email = claims.get("email").and_then(serde_json::Value::as_str);
    let email = email.filter(|email| email.len() <= 320).map(str::to_owned);
    let mut taken = None;
    for name in [name, other] {
        let new = NewPerson {
            display_name: name.clone(),
            name,
            email: email.clone(),
            role: store_role(role),
            password_hash: None,
            subject: Some(subject.to_owned()),
        };
        match app.store.create_person(&new, by).await {
            Ok(person) => return Ok(person),
            Err(StoreError::Conflict(why)) => taken = Some(StoreError::Conflict(why)),
            Err(error) => return Err(error.into()),
        }
        // The same person in another window may have been faster.
        if let Some(person) = app.store.person_by_subject(subject).await? {
            return Ok(person);
        }
    }
    let taken = taken.map(ApiError::from);
    Err(taken.unwrap_or_else(|| ApiError::conflict("the name is taken")))
}
