//! Credentials made presentable.

/// Most bytes of a credential that are ever shown.
pub const MAX_SHOWN: usize = 12;

/// The credential blotted out: at most `public` bytes of its beginning are left, and never
/// more than a third of it, nor more than [`MAX_SHOWN`].
///
/// The number of asterisks does not tell the length. Only the first line of a longer text
/// is hinted at.
pub fn redact(secret: &[u8], public: usize) -> String {
    let shown = public.min(MAX_SHOWN).min(secret.len() / 3);
    let shown = secret.get(..shown).unwrap_or_default();
    let mut text: String = shown
        .iter()
        .filter(|b| b.is_ascii_graphic())
        .map(|b| char::from(*b))
        .collect();
    text.push_str("********");
    text
}
