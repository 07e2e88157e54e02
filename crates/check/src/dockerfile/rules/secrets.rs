//! What names and values of variables say about secrets.

/// Whether a variable's name says that it holds a credential.
///
/// Words between underscores are compared, as BuildKit's check SecretsUsedInArgOrEnv does.
/// A name that ends with where something is (`…_FILE`, `…_PATH`) holds a place, and
/// `PUBLIC` things are no secrets.
pub(crate) fn is_secret_name(name: &str) -> bool {
    let words: Vec<String> = name
        .split(['_', '-', '.'])
        .map(str::to_ascii_uppercase)
        .collect();
    const SECRET: [&str; 22] = [
        "APIKEY",
        "AUTH",
        "CREDENTIAL",
        "CREDENTIALS",
        "KEY",
        "PASSWORD",
        "PWORD",
        "PASSWD",
        "SECRET",
        "TOKEN",
        "PASS",
        "PASSPHRASE",
        "PSK",
        "SECRETS",
        "PWD",
        "PRIVATEKEY",
        "ACCESSKEY",
        "SECRETKEY",
        "AUTHTOKEN",
        "ACCESSTOKEN",
        "APITOKEN",
        "DOCKERCONFIGJSON",
    ];
    const PLACES: [&str; 18] = [
        "FILE",
        "FILENAME",
        "PATH",
        "DIR",
        "FOLDER",
        "URL",
        "URI",
        "SOCK",
        "TYPE",
        "METHOD",
        "LENGTH",
        "SIZE",
        "TTL",
        "EXPIRY",
        "ALGORITHM",
        "ENABLED",
        "HEADER",
        "SERVER",
    ];
    let last = words.last().map_or("", String::as_str);
    if PLACES.contains(&last) || words.iter().any(|w| w == "PUBLIC") || is_shell_own(name) {
        return false;
    }
    let joined = words.concat();
    let ends = [
        "PASSWORD",
        "PASSWD",
        "SECRET",
        "APIKEY",
        "PRIVATEKEY",
        "ACCESSKEY",
    ];
    words.iter().any(|w| SECRET.contains(&w.as_str())) || ends.iter().any(|e| joined.ends_with(e))
}

/// Variables of the system that only sound like secrets.
fn is_shell_own(name: &str) -> bool {
    matches!(name, "PWD" | "OLDPWD" | "GPG_KEY" | "SSH_AUTH_SOCK")
}

/// Beginnings and alphabets of tokens that can be told by their form alone: (beginning,
/// least number of characters after it, whose it is). Sources: the issuers' own pages on
/// token formats.
const TOKENS: [(&str, usize, &str); 26] = [
    ("AKIA", 16, "an AWS access key"),
    ("ASIA", 16, "an AWS session key"),
    ("ghp_", 36, "a GitHub token"),
    ("gho_", 36, "a GitHub token"),
    ("ghu_", 36, "a GitHub token"),
    ("ghs_", 36, "a GitHub token"),
    ("ghr_", 36, "a GitHub token"),
    ("github_pat_", 60, "a GitHub token"),
    ("glpat-", 20, "a GitLab token"),
    ("xoxb-", 20, "a Slack token"),
    ("xoxp-", 20, "a Slack token"),
    ("xapp-", 20, "a Slack token"),
    ("sk_live_", 20, "a Stripe key"),
    ("rk_live_", 20, "a Stripe key"),
    ("npm_", 36, "an npm token"),
    ("pypi-AgEI", 40, "a PyPI token"),
    ("dckr_pat_", 20, "a Docker Hub token"),
    ("AIza", 35, "a Google API key"),
    ("ya29.", 20, "a Google token"),
    ("SG.", 40, "a SendGrid key"),
    ("hvs.", 24, "a Vault token"),
    ("sk-ant-", 20, "an Anthropic key"),
    ("sk-proj-", 20, "an OpenAI key"),
    ("dop_v1_", 64, "a DigitalOcean token"),
    ("shpat_", 32, "a Shopify token"),
    ("eyJhbGciOi", 20, "a JSON web token"),
];

/// A token in `text`: its bytes and whose it is.
pub(crate) fn token(text: &str) -> Option<(std::ops::Range<usize>, &'static str)> {
    if let Some(at) = text.find("-----BEGIN ")
        && text
            .get(at..)
            .is_some_and(|rest| rest.contains("PRIVATE KEY"))
    {
        return Some((at..text.len(), "a private key"));
    }
    let is_token = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    for (beginning, least, whose) in TOKENS {
        let mut from = 0;
        while let Some(found) = text.get(from..).and_then(|rest| rest.find(beginning)) {
            let at = from + found;
            from = at + beginning.len();
            let before = text.get(..at).and_then(|head| head.chars().next_back());
            if before.is_some_and(|c| c.is_ascii_alphanumeric()) {
                continue;
            }
            let rest = text.get(from..).unwrap_or("");
            let length = rest.find(|c| !is_token(c)).unwrap_or(rest.len());
            let body = rest.get(..length).unwrap_or("");
            if length >= least && !is_dummy(body) {
                return Some((at..from + length, whose));
            }
        }
    }
    None
}

/// A user and a password in an address: the password's bytes.
pub(crate) fn password_in_address(text: &str) -> Option<std::ops::Range<usize>> {
    let scheme = text.find("://")?;
    let start = scheme + 3;
    let rest = text.get(start..)?;
    let end = rest
        .find(['/', ' ', '"', '\'', '?', '#'])
        .unwrap_or(rest.len());
    let authority = rest.get(..end)?;
    let (user, _) = authority.rsplit_once('@')?;
    let (name, password) = user.split_once(':')?;
    let is_open = password.is_empty() || password.contains(['$', '<', '{']) || is_dummy(password);
    let from = start + name.len() + 1;
    (!is_open).then(|| from..from + password.len())
}

/// Whether a value is there for show: one character over and over, or a placeholder.
pub(crate) fn is_dummy(value: &str) -> bool {
    let lower = value.to_ascii_lowercase();
    let first = lower.chars().next();
    let marks = [
        "example",
        "changeme",
        "change_me",
        "placeholder",
        "your-",
        "your_",
        "xxxx",
        "dummy",
        "todo",
        "redacted",
    ];
    lower.chars().all(|c| Some(c) == first) || marks.iter().any(|m| lower.contains(m))
}

/// Whether a value that a credential-named variable is given is a literal credential: not
/// empty, not a variable, not a switch, not a place.
pub(crate) fn is_literal_secret(value: &str) -> bool {
    let value = value.trim();
    let lower = value.to_ascii_lowercase();
    let switch = [
        "true", "false", "yes", "no", "on", "off", "none", "null", "0", "1", "auto", "basic",
        "bearer",
    ];
    !value.is_empty()
        && !value.contains('$')
        && !switch.contains(&lower.as_str())
        && !value.starts_with(['/', '.', '<', '{'])
        && !is_dummy(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_judged_by_their_words() {
        for name in [
            "AWS_ACCESS_KEY_ID",
            "openai_api_key",
            "my_password",
            "DB_PASS",
            "dbPassword",
        ] {
            assert!(is_secret_name(name), "{name}");
        }
        for name in [
            "foobar",
            "KEYBOARD",
            "PUBLIC_KEY",
            "MYSQL_PASSWORD_FILE",
            "SSH_AUTH_SOCK",
            "AUTHOR",
        ] {
            assert!(!is_secret_name(name), "{name}");
        }
    }

    #[test]
    fn tokens_are_told_by_their_form() {
        let made = format!("x=ghp_{}", "a1B2".repeat(9));
        assert_eq!(token(&made).map(|t| t.1), Some("a GitHub token"));
        assert_eq!(token("ghp_short"), None);
        assert_eq!(token(&format!("ghp_{}", "x".repeat(36))), None);
        assert!(password_in_address("https://me:hunter22@example.org/x").is_some());
        assert!(password_in_address("https://me:$TOKEN@example.org/x").is_none());
    }
}
