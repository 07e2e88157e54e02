//! What a page says after something was done. Addresses name a message; its words are here,
//! so that no address makes a page say what we did not write.

/// Code and words.
static MESSAGES: &[(&str, &str)] = &[
    (
        "welcome",
        "You are the first administrator. Add a registry, and its images are looked at.",
    ),
    ("held", "The image is held under that name."),
    (
        "quarantined",
        "The image is quarantined under that name. Gates refuse it from now on.",
    ),
    (
        "several-held",
        "The images that were chosen are held under these names.",
    ),
    (
        "several-quarantined",
        "The images that were chosen are quarantined under these names. Gates refuse them from now on.",
    ),
    ("lifted", "The hold is lifted."),
    (
        "seen",
        "Marked as seen. It comes back when there are other reasons.",
    ),
    (
        "asked",
        "The release was asked for. Another person with the role approver answers.",
    ),
    (
        "released",
        "The request was approved. Gates let the image pass.",
    ),
    (
        "rejected",
        "The request was rejected. The image stays where it is.",
    ),
    (
        "scan",
        "The image is looked at again as soon as a worker is free.",
    ),
    (
        "list",
        "The registry is listed as soon as a worker is free.",
    ),
    (
        "granted",
        "The exception counts. Every image is decided on again.",
    ),
    (
        "revoked",
        "The exception no longer counts. Every image is decided on again.",
    ),
    (
        "policy",
        "The policy counts. Every image is decided on again.",
    ),
    (
        "requeued",
        "The job is back in the queue, with all its attempts.",
    ),
    ("discarded", "The job was dropped."),
    ("pool", "The pool is set."),
    ("registry", "The registry was changed."),
    (
        "registry-gone",
        "The registry is no longer watched. What is known of its images stays.",
    ),
    ("edge-gone", "The edge was shut out."),
    ("user", "The user was made."),
    ("user-changed", "The user was changed."),
    ("token-gone", "The token opens nothing from now on."),
    (
        "password",
        "Your password was changed. Log in with the new one.",
    ),
    ("logged-out", "You are logged out."),
];

/// The words of a code.
pub(super) fn of(code: &str) -> Option<&'static str> {
    let found = MESSAGES.iter().find(|(known, _)| *known == code);
    found.map(|(_, words)| *words)
}

/// The words of the code in a query.
pub(super) fn of_query(query: &str) -> Option<&'static str> {
    let mut pairs = query.split('&');
    pairs
        .find_map(|pair| pair.strip_prefix("said="))
        .and_then(of)
}

/// An address that says it.
pub(super) fn to(path: &str, code: &str) -> String {
    debug_assert!(of(code).is_some(), "{code}");
    let (path, fragment) = match path.split_once('#') {
        Some((path, fragment)) => (path, format!("#{fragment}")),
        None => (path, String::new()),
    };
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let mut kept: Vec<&str> = query
        .split('&')
        .filter(|pair| !pair.is_empty() && !pair.starts_with("said="))
        .collect();
    let said = format!("said={code}");
    kept.push(&said);
    format!("{path}?{}{fragment}", kept.join("&"))
}
