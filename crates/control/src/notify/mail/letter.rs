//! What a letter says. Whatever the names of images hold, it makes no header and no line of
//! the server's language.
//!
//! Sources: RFC 5322 (letters), RFC 3834 (letters that no person wrote).

use std::time::SystemTime;

use lettre::message::header::{ContentType, Header, HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message as Letter};

use super::super::message::{Notice, shortened};

/// Longest subject, in characters.
const MOST_SUBJECT: usize = 200;

/// The letter that tells of `notice`, the same in every attempt.
pub(super) fn letter(from: &Mailbox, to: &[Mailbox], notice: &Notice) -> Result<Letter, String> {
    let when: Result<jiff::Timestamp, _> = notice.at.parse();
    let when = when.map_or_else(|_| SystemTime::now(), SystemTime::from);
    let mut letter = Letter::builder()
        .from(from.clone())
        .date(when)
        // The same in every attempt: who gets it twice sees it once.
        .message_id(Some(format!(
            "<{}@{}>",
            atoms(&notice.id),
            from.email.domain()
        )))
        .subject(subject(&notice.title))
        .header(AutoSubmitted)
        .header(ContentType::TEXT_PLAIN);
    for to in to {
        letter = letter.to(to.clone());
    }
    letter.body(body(notice)).map_err(|e| e.to_string())
}

/// `Auto-Submitted: auto-generated`, so that nobody's absence is answered to us.
#[derive(Clone)]
struct AutoSubmitted;

impl Header for AutoSubmitted {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}

/// One line, whatever the name of an image holds.
fn subject(title: &str) -> String {
    let line: String = clean(title).chars().take(MOST_SUBJECT).collect();
    format!("[Lazaret] {line}")
}

fn body(notice: &Notice) -> String {
    let text: Vec<String> = shortened(&notice.text).lines().map(clean).collect();
    let text = match text.is_empty() {
        true => String::new(),
        false => format!("\n{}\n", text.join("\n")),
    };
    format!(
        "{}\n{text}\n{}\n\n-- \nLazaret, {}, {}\nDelivery {}\n",
        shortened(&clean(&notice.title)),
        clean(&notice.link),
        clean(&notice.event),
        clean(&notice.at),
        clean(&notice.id),
    )
}

/// Without characters that break a line or turn its direction (Unicode, UAX #9).
pub(super) fn clean(text: &str) -> String {
    let turns = |c: char| matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    text.chars()
        .map(|c| if c.is_control() || turns(c) { ' ' } else { c })
        .collect()
}

/// What may stand on the left in an id of a letter.
fn atoms(id: &str) -> String {
    id.chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() || c == '-' {
                c
            } else {
                '-'
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hostile_name_makes_no_header() {
        let [from, to] = ["a@example.com", "b@example.com"].map(|text| text.parse().expect("one"));
        let hostile = "x\r\nBcc: evil@example.com\r\n\r\n\u{202e}body ä".to_owned();
        let notice = Notice {
            id: format!("1>{hostile}"),
            event: hostile.clone(),
            at: hostile.clone(),
            title: hostile.clone(),
            text: hostile.clone(),
            link: hostile.clone(),
            key: hostile,
            is_grave: true,
            data: serde_json::Value::Null,
        };
        let letter = letter(&from, &[to], &notice);
        let bytes = letter.map(|letter| letter.formatted()).unwrap_or_default();
        let text = String::from_utf8_lossy(&bytes);
        let head = text.split("\r\n\r\n").next().unwrap_or_default();
        assert!(head.contains("Subject: "), "{text}");
        for line in head.lines() {
            let known = [
                "From: ",
                "To: ",
                "Date: ",
                "Message-ID: <",
                "Subject: ",
                "Auto-Submitted: ",
                "Content-T",
                "MIME-Version: ",
                " ",
            ];
            assert!(
                known.iter().any(|k| line.starts_with(k)),
                "{line:?} of {text}"
            );
        }
    }
}
