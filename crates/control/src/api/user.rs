//! Local users.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use lazaret_store::{By, Error as StoreError, NewPerson, Person, PersonChange, Role as StoreRole};
use lazaret_wire::api::{NewUser, Role, User, UserChange};
use lazaret_wire::{Page, PageQuery, Problem};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{answer, paging};
use crate::App;
use crate::auth::{Actor, Admin, check_new_password, issuer_of};
use crate::http::{ApiError, ApiResult, Ask, At, Body, IfMatch};

/// How often a change is tried that others come before.
const ATTEMPTS: u32 = 5;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(read, change))
}

/// The role of the interface.
pub(crate) fn role(role: StoreRole) -> Role {
    match role {
        StoreRole::Viewer => Role::Viewer,
        StoreRole::Analyst => Role::Analyst,
        StoreRole::Approver => Role::Approver,
        StoreRole::Admin => Role::Admin,
        StoreRole::Edge => Role::Edge,
    }
}

/// The role of the store.
pub(crate) fn store_role(role: Role) -> StoreRole {
    match role {
        Role::Viewer => StoreRole::Viewer,
        Role::Analyst => StoreRole::Analyst,
        Role::Approver => StoreRole::Approver,
        Role::Admin => StoreRole::Admin,
        Role::Edge => StoreRole::Edge,
    }
}

/// Whether a text may be a name of a user.
pub(crate) fn check_name(name: &str) -> ApiResult<()> {
    let good = |b: u8| b.is_ascii_alphanumeric() || b"._@-".contains(&b);
    match (1..=100).contains(&name.len()) && name.bytes().all(good) {
        true => Ok(()),
        false => Err(ApiError::invalid(
            "a name has 1 to 100 letters, digits, `.`, `-`, `_` and `@`",
        )),
    }
}

/// The user of the interface.
pub(crate) fn shown(person: Person) -> User {
    User {
        id: person.id,
        name: person.name,
        role: role(person.role),
        issuer: person
            .subject
            .as_deref()
            .and_then(issuer_of)
            .map(str::to_owned),
        disabled: person.disabled_at.is_some(),
        created_at: person.created_at,
    }
}

async fn found(app: &App, name: &str) -> ApiResult<Person> {
    let person = app.store.person_by_name(name).await?;
    person.ok_or_else(|| ApiError::not_found("there is no user of that name"))
}

/// Users, by name.
#[utoipa::path(get, path = "/api/v1/users", tag = "users", params(PageQuery),
    security(("token" = ["admin"]), ("session" = ["admin"])),
    responses((status = 200, body = Page<User>), (status = 422, body = Problem)))]
async fn list(
    _: Admin,
    State(app): State<App>,
    Ask(query): Ask<PageQuery>,
) -> ApiResult<Json<Page<User>>> {
    let page = app.store.persons(&paging(&query)?).await?;
    Ok(answer(page, shown))
}

/// Make a user.
#[utoipa::path(post, path = "/api/v1/users", tag = "users", request_body = NewUser,
    security(("token" = ["admin"]), ("session" = ["admin"])),
    responses((status = 201, body = User), (status = 409, body = Problem),
        (status = 422, body = Problem)))]
async fn create(
    Admin(actor): Admin,
    State(app): State<App>,
    Body(new): Body<NewUser>,
) -> ApiResult<(StatusCode, Json<User>)> {
    let made = make(&app, new, &actor.by(app.now())).await?;
    Ok((StatusCode::CREATED, Json(made)))
}

/// Makes a user.
///
/// # Errors
/// When a value makes no sense, or the name is taken.
pub(crate) async fn make(app: &App, new: NewUser, by: &By) -> ApiResult<User> {
    check_name(&new.name)?;
    check_new_password(&new.password)?;
    let new = NewPerson {
        name: new.name.clone(),
        display_name: new.name,
        email: None,
        role: store_role(new.role),
        password_hash: Some(app.passwords.hash(&new.password).await?),
        subject: None,
    };
    app.store
        .create_person(&new, by)
        .await
        .map(shown)
        .map_err(Into::into)
}

/// A user.
#[utoipa::path(get, path = "/api/v1/users/{name}", tag = "users",
    params(("name" = String, Path)),
    security(("token" = ["admin"]), ("session" = ["admin"])),
    responses((status = 200, body = User), (status = 404, body = Problem)))]
async fn read(_: Admin, State(app): State<App>, At(name): At<String>) -> ApiResult<Json<User>> {
    found(&app, &name).await.map(|person| Json(shown(person)))
}

/// Change a user: role, password, shut out.
#[utoipa::path(patch, path = "/api/v1/users/{name}", tag = "users", request_body = UserChange,
    params(("name" = String, Path)),
    security(("token" = ["admin"]), ("session" = ["admin"])),
    responses((status = 200, body = User), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn change(
    Admin(actor): Admin,
    State(app): State<App>,
    At(name): At<String>,
    seen: IfMatch,
    Body(change): Body<UserChange>,
) -> ApiResult<Json<User>> {
    alter(&app, &actor, &name, &seen, change).await.map(Json)
}

/// Changes a user.
///
/// # Errors
/// When there is none of that name, it is not the one that was seen, a value makes no sense, or it
/// would shut out whoever asks.
pub(crate) async fn alter(
    app: &App,
    actor: &Actor,
    name: &str,
    seen: &IfMatch,
    change: UserChange,
) -> ApiResult<User> {
    let mut wanted = PersonChange {
        role: change.role.map(store_role),
        password_hash: None,
        disabled: change.disabled,
    };
    let mut attempts = 0;
    loop {
        let person = found(app, name).await?;
        seen.check(&shown(person.clone()))?;
        may_become(actor, &person, &change)?;
        if let (Some(password), None) = (&change.password, &wanted.password_hash) {
            check_new_password(password)?;
            wanted.password_hash = Some(app.passwords.hash(password).await?);
        }
        attempts += 1;
        let by = actor.by(app.now());
        match app.store.change_person_from(&person, &wanted, &by).await {
            Err(StoreError::Changed(_)) if !seen.is_there() && attempts < ATTEMPTS => {}
            done => return Ok(shown(done?)),
        }
    }
}

/// Whether somebody may be changed like that.
fn may_become(actor: &Actor, person: &Person, change: &UserChange) -> ApiResult<()> {
    let is_self = actor.person() == Some(person.id.as_str());
    let weakens = change.disabled == Some(true) || change.role.is_some_and(|r| r != Role::Admin);
    if is_self && weakens {
        return Err(ApiError::conflict(
            "nobody shuts themselves out or gives their own role away; another admin does",
        ));
    }
    let is_other = change.role.is_some_and(|r| store_role(r) != person.role);
    if person.subject.is_some() && (is_other || change.password.is_some()) {
        return Err(ApiError::conflict(
            "an identity provider vouches for this user: the role is that of the groups there, \
             and there is no password here; shutting out is possible",
        ));
    }
    Ok(())
}
