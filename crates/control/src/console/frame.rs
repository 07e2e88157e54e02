//! What surrounds every page: navigation, who is logged in, the message of what was done.

use askama::Template;
use askama::filters::Safe;
use axum::extract::{FromRequestParts, OriginalUri};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use lazaret_wire::api::Role;

use super::assets::{ASSETS, Assets};
use super::messages;
use super::parts;
use crate::App;
use crate::auth::{Actor, cookie};
use crate::http::{ApiError, ApiResult};

/// Name of the cookie with the theme: `light` or `dark`; without it the system's counts.
pub(super) const THEME_COOKIE: &str = "lazaret_theme";

/// Where a page stands in the navigation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Section {
    Overview,
    Images,
    Vulnerabilities,
    Review,
    Quarantine,
    Policy,
    Exceptions,
    Registries,
    Edges,
    Jobs,
    Audit,
    People,
    /// In none of them.
    Elsewhere,
}

/// A link of the navigation.
pub(super) struct Link {
    section: Section,
    pub(super) path: &'static str,
    pub(super) name: &'static str,
    least: Role,
}

/// A group of links.
pub(super) struct Group {
    pub(super) name: &'static str,
    links: &'static [Link],
}

const fn link(section: Section, path: &'static str, name: &'static str) -> Link {
    Link {
        section,
        path,
        name,
        least: Role::Viewer,
    }
}

static NAVIGATION: &[Group] = &[
    Group {
        name: "Look",
        links: &[
            link(Section::Overview, "/", "Overview"),
            link(Section::Images, "/images", "Images"),
            link(
                Section::Vulnerabilities,
                "/vulnerabilities",
                "Vulnerabilities",
            ),
        ],
    },
    Group {
        name: "Decide",
        links: &[
            link(Section::Review, "/review", "Review queue"),
            link(Section::Quarantine, "/quarantine", "Quarantine"),
            link(Section::Policy, "/policy", "Policy"),
            link(Section::Exceptions, "/exceptions", "Exceptions"),
        ],
    },
    Group {
        name: "Run",
        links: &[
            link(Section::Registries, "/registries", "Registries"),
            link(Section::Edges, "/edges", "Edges"),
            link(Section::Jobs, "/jobs", "Jobs"),
        ],
    },
    Group {
        name: "Account for",
        links: &[
            link(Section::Audit, "/audit", "Audit log"),
            Link {
                section: Section::People,
                path: "/people",
                name: "People and tokens",
                least: Role::Admin,
            },
        ],
    },
];

/// What of a request its page shows again.
#[derive(Debug, Clone)]
pub(super) struct Trip {
    /// Path and query.
    pub(super) here: String,
    theme: &'static str,
    said: Option<&'static str>,
}

impl FromRequestParts<App> for Trip {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, ApiError> {
        let uri = parts.extensions.get::<OriginalUri>();
        let uri = uri.map_or(&parts.uri, |OriginalUri(uri)| uri);
        let here = uri.path_and_query().map_or("/", |p| p.as_str()).to_owned();
        let theme = match cookie(&parts.headers, THEME_COOKIE) {
            Some("light") => "light",
            Some("dark") => "dark",
            _ => "auto",
        };
        let said = uri.query().and_then(messages::of_query);
        Ok(Self { here, theme, said })
    }
}

impl Trip {
    /// The frame of a page for somebody.
    pub(super) async fn frame(
        self,
        app: &App,
        actor: &Actor,
        title: impl Into<String>,
        section: Section,
    ) -> ApiResult<Frame> {
        let waiting = app.store.waiting().await?;
        Ok(Frame {
            title: title.into(),
            section,
            waiting: waiting.held + waiting.requests,
            quarantined: waiting.quarantined,
            dead: waiting.dead,
            person: Some(actor.clone()),
            now: app.now(),
            trip: self,
        })
    }

    /// The frame of a page for nobody in particular.
    pub(super) fn bare(self, app: &App, title: impl Into<String>) -> Frame {
        Frame {
            title: title.into(),
            section: Section::Elsewhere,
            waiting: 0,
            quarantined: 0,
            dead: 0,
            person: None,
            now: app.now(),
            trip: self,
        }
    }
}

/// What surrounds a page.
pub(super) struct Frame {
    pub(super) title: String,
    section: Section,
    waiting: u64,
    quarantined: u64,
    dead: u64,
    person: Option<Actor>,
    pub(super) now: Timestamp,
    trip: Trip,
}

impl Frame {
    pub(super) fn assets(&self) -> &'static Assets {
        &ASSETS
    }

    pub(super) fn theme(&self) -> &'static str {
        self.trip.theme
    }

    pub(super) fn here(&self) -> &str {
        &self.trip.here
    }

    pub(super) fn said(&self) -> Option<&'static str> {
        self.trip.said
    }

    pub(super) fn person(&self) -> Option<&Actor> {
        self.person.as_ref()
    }

    /// The hidden field that every form carries.
    pub(super) fn csrf(&self) -> Safe<String> {
        let csrf = self.person.as_ref().and_then(Actor::csrf);
        let csrf = super::escape::text(csrf.unwrap_or_default());
        Safe(format!(
            r#"<input type="hidden" name="csrf" value="{csrf}">"#
        ))
    }

    pub(super) fn groups(&self) -> impl Iterator<Item = (&'static Group, Vec<&'static Link>)> {
        let role = self.person.as_ref().map(|actor| actor.role);
        NAVIGATION.iter().filter_map(move |group| {
            let may = |link: &&Link| role.is_some_and(|role| role.includes(link.least));
            let links: Vec<&Link> = group.links.iter().filter(may).collect();
            (!links.is_empty()).then_some((group, links))
        })
    }

    pub(super) fn is_here(&self, link: &Link) -> bool {
        link.section == self.section
    }

    /// The number beside a link; empty: none.
    pub(super) fn badge(&self, link: &Link) -> String {
        let count = match link.section {
            Section::Review => self.waiting,
            Section::Quarantine => self.quarantined,
            Section::Jobs => self.dead,
            _ => 0,
        };
        match count {
            0 => String::new(),
            count if count >= lazaret_store::WAITING_LIMIT => "999+".into(),
            count => parts::grouped(&count.to_string()),
        }
    }

    fn may(&self, least: Role) -> bool {
        let role = self.person.as_ref().map(|actor| actor.role);
        role.is_some_and(|role| role.includes(least))
    }

    pub(super) fn analyst(&self) -> bool {
        self.may(Role::Analyst)
    }

    pub(super) fn approver(&self) -> bool {
        self.may(Role::Approver)
    }

    pub(super) fn admin(&self) -> bool {
        self.may(Role::Admin)
    }

    /// A number with its thousands apart.
    pub(super) fn n(&self, number: impl std::fmt::Display) -> String {
        parts::grouped(&number.to_string())
    }

    /// A time, beside now.
    pub(super) fn when(&self, at: &Timestamp) -> Safe<String> {
        parts::moment(*at, self.now)
    }
}

/// A page, as an answer. It is somebody's own: nothing between keeps it.
pub(super) fn show(page: &impl Template) -> ApiResult<Response> {
    let text = page.render().map_err(ApiError::internal)?;
    let headers = [
        (CONTENT_TYPE, "text/html; charset=utf-8"),
        (CACHE_CONTROL, "private, no-store"),
    ];
    Ok((headers, text).into_response())
}
