//! From text to tokens.

use super::Problem;

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Token {
    Name(String),
    Int(i64),
    Double(f64),
    Text(String),
    Sign(&'static str),
    End,
}

/// Longer signs first, so that `<=` is not `<`.
const SIGNS: [&str; 24] = [
    "&&", "||", "==", "!=", "<=", ">=", "<", ">", "+", "-", "*", "/", "%", "!", "?", ":", "(", ")",
    "[", "]", "{", "}", ".", ",",
];

/// A token with its bytes.
pub(super) type Placed = (Token, (usize, usize));

/// The tokens of a text; the last is [`Token::End`].
pub(super) fn tokens(text: &str) -> Result<Vec<Placed>, Problem> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let first = rest.as_bytes()[0];
        if first.is_ascii_whitespace() {
            at += 1;
            continue;
        }
        if rest.starts_with("//") {
            at += rest.find('\n').unwrap_or(rest.len());
            continue;
        }
        let (token, length) = one(rest, at)?;
        tokens.push((token, (at, at + length)));
        at += length;
    }
    tokens.push((Token::End, (text.len(), text.len())));
    Ok(tokens)
}

fn one(rest: &str, at: usize) -> Result<(Token, usize), Problem> {
    let first = rest.as_bytes()[0];
    let raw = rest
        .strip_prefix(['r', 'R'])
        .filter(|r| r.starts_with(['"', '\'']));
    if first == b'"' || first == b'\'' {
        return quoted(rest, at, false);
    }
    if let Some(rest) = raw {
        let (token, length) = quoted(rest, at + 1, true)?;
        return Ok((token, length + 1));
    }
    if first.is_ascii_digit()
        || (first == b'.' && rest.as_bytes().get(1).is_some_and(u8::is_ascii_digit))
    {
        return number(rest, at);
    }
    if first.is_ascii_alphabetic() || first == b'_' {
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
        let word = &rest[..end.unwrap_or(rest.len())];
        if matches!(word, "b" | "B") && rest[1..].starts_with(['"', '\'']) {
            return Err(Problem::new((at, at + 1), "bytes are not known here"));
        }
        return Ok((Token::Name(word.to_owned()), word.len()));
    }
    match SIGNS.iter().find(|sign| rest.starts_with(**sign)) {
        Some(sign) => Ok((Token::Sign(sign), sign.len())),
        None => {
            let odd = rest.chars().next().unwrap_or_default();
            let told = match odd {
                '=' => "`=` is no operator; `==` compares".to_owned(),
                '&' | '|' => format!("`{odd}` is no operator; write it twice"),
                odd => format!("`{}` has no meaning here", odd.escape_default()),
            };
            Err(Problem::new((at, at + odd.len_utf8()), told))
        }
    }
}

fn number(rest: &str, at: usize) -> Result<(Token, usize), Problem> {
    let bytes = rest.as_bytes();
    let wrong = |end: usize, why: &str| Problem::new((at, at + end), why);
    let digits = |from: usize| {
        let run = bytes.iter().skip(from).take_while(|b| b.is_ascii_digit());
        from + run.count()
    };
    if let Some(hex) = rest.strip_prefix("0x").or_else(|| rest.strip_prefix("0X")) {
        let end = 2 + hex.bytes().take_while(u8::is_ascii_hexdigit).count();
        let value = i64::from_str_radix(&rest[2..end], 16);
        let value = value.map_err(|_| wrong(end, "no whole number of 64 bits"))?;
        return Ok((Token::Int(value), end));
    }
    let mut end = digits(0);
    let mut is_double = false;
    if bytes.get(end) == Some(&b'.') && bytes.get(end + 1).is_some_and(u8::is_ascii_digit) {
        is_double = true;
        end = digits(end + 1);
    }
    if matches!(bytes.get(end), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(end + 1), Some(b'+' | b'-')));
        let exponent = digits(end + 1 + sign);
        if exponent > end + 1 + sign {
            is_double = true;
            end = exponent;
        }
    }
    if matches!(bytes.get(end), Some(b'u' | b'U')) {
        return Err(wrong(
            end + 1,
            "unsigned numbers are not known here; leave the `u` out",
        ));
    }
    let text = &rest[..end];
    let token = match is_double {
        true => text
            .parse()
            .ok()
            .filter(|d: &f64| d.is_finite())
            .map(Token::Double),
        false => text.parse().ok().map(Token::Int),
    };
    let token = token.ok_or_else(|| wrong(end, "a number that 64 bits do not hold"))?;
    Ok((token, end))
}

fn quoted(rest: &str, at: usize, is_raw: bool) -> Result<(Token, usize), Problem> {
    let quote = &rest[..1];
    let triple = quote.repeat(3);
    let fence = match rest.starts_with(&triple) {
        true => triple.as_str(),
        false => quote,
    };
    let mut out = String::new();
    let mut place = fence.len();
    loop {
        let Some(left) = rest.get(place..).filter(|left| !left.is_empty()) else {
            return Err(Problem::new((at, at + rest.len()), "the text has no end"));
        };
        if left.starts_with(fence) {
            return Ok((Token::Text(out), place + fence.len()));
        }
        let next = left.chars().next().unwrap_or_default();
        if next == '\n' && fence.len() == 1 {
            return Err(Problem::new(
                (at, at + place),
                "the text has no end in its line",
            ));
        }
        if next == '\\' && !is_raw {
            let (c, length) = escape(&left[1..])
                .ok_or_else(|| Problem::new((at + place, at + place + 1), "an unknown escape"))?;
            out.push(c);
            place += 1 + length;
            continue;
        }
        out.push(next);
        place += next.len_utf8();
    }
}

/// The character behind a backslash, and how many bytes it takes.
fn escape(rest: &str) -> Option<(char, usize)> {
    let first = rest.chars().next()?;
    let code = |from: usize, length: usize, radix: u32| {
        let digits = rest.get(from..from + length)?;
        let code = u32::from_str_radix(digits, radix).ok()?;
        Some((char::from_u32(code)?, from + length))
    };
    match first {
        'n' => Some(('\n', 1)),
        't' => Some(('\t', 1)),
        'r' => Some(('\r', 1)),
        'a' => Some(('\u{7}', 1)),
        'b' => Some(('\u{8}', 1)),
        'f' => Some(('\u{c}', 1)),
        'v' => Some(('\u{b}', 1)),
        '\\' | '"' | '\'' | '`' | '?' => Some((first, 1)),
        'x' | 'X' => code(1, 2, 16),
        'u' => code(1, 4, 16),
        'U' => code(1, 8, 16),
        '0'..='3' => code(0, 3, 8),
        _ => None,
    }
}
