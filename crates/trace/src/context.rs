//! `traceparent`, read and written.
//!
//! Source: W3C, "Trace Context" (2021-11-23), section 3.2.

use opentelemetry::trace::{SpanContext, SpanId, TraceFlags, TraceId, TraceState};

/// Length of a value of version 00, in bytes.
const LENGTH: usize = 55;

/// Reads a value. A later version may have more behind what version 00 has; what is not to the
/// letter of it is none (section 4.3: the trace begins anew then).
pub(crate) fn read(text: &str) -> Option<SpanContext> {
    let bytes = text.as_bytes();
    let is_hex = |part: &[u8]| part.iter().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    if bytes.len() < LENGTH || !text.is_ascii() {
        return None;
    }
    let dashes = [2, 35, 52].iter().all(|&at| bytes[at] == b'-');
    let (version, trace, span, flags) = (&text[..2], &text[3..35], &text[36..52], &text[53..55]);
    let parts = [version, trace, span, flags];
    if !dashes || !parts.iter().all(|part| is_hex(part.as_bytes())) {
        return None;
    }
    let ends = match version {
        "ff" => false,
        "00" => bytes.len() == LENGTH,
        _ => bytes.len() == LENGTH || bytes[LENGTH] == b'-',
    };
    if !ends {
        return None;
    }
    let context = SpanContext::new(
        TraceId::from_hex(trace).ok()?,
        SpanId::from_hex(span).ok()?,
        TraceFlags::new(u8::from_str_radix(flags, 16).ok()?) & TraceFlags::SAMPLED,
        true,
        TraceState::default(),
    );
    context.is_valid().then_some(context)
}

/// The value that names a span; none for one that has no name.
pub(crate) fn written(context: &SpanContext) -> Option<String> {
    let flags = context.trace_flags() & TraceFlags::SAMPLED;
    let (trace, span) = (context.trace_id(), context.span_id());
    context
        .is_valid()
        .then(|| format!("00-{trace}-{span}-{:02x}", flags.to_u8()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    #[track_caller]
    fn check(text: &str, expected: Option<&str>) {
        let read = read(text).as_ref().and_then(written);
        assert_eq!(read.as_deref(), expected, "{text}");
    }

    #[test]
    fn a_value_is_read_to_the_letter() {
        check(GOOD, Some(GOOD));
        // Flags that nobody knows are not passed on.
        check(&GOOD.replace("-01", "-ff"), Some(GOOD));
        let unsampled = GOOD.replace("-01", "-00");
        check(&unsampled, Some(&unsampled));
        // A later version may have more.
        check(&format!("cc{}-what", &GOOD[2..]), Some(GOOD));
        for bad in [
            String::new(),
            "00".to_owned(),
            GOOD.to_uppercase(),
            format!("{GOOD}-more"),
            format!("ff{}", &GOOD[2..]),
            format!("cc{}more", &GOOD[2..]),
            GOOD.replace("4bf92f3577b34da6a3ce929d0e0e4736", &"0".repeat(32)),
            GOOD.replace("00f067aa0ba902b7", &"0".repeat(16)),
            GOOD.replace("-00f0", "_00f0"),
            GOOD.replace("4bf9", "4bg9"),
            GOOD.replace("4bf9", "4bä"),
        ] {
            check(&bad, None);
        }
    }
}
