//! What a mode of chmod(1) or `--chmod` gives.

/// Bits that a mode gives, of those that checks ask for.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct Mode {
    /// Set-user-id or set-group-id.
    pub(super) set_id: bool,
    /// Everybody may write, and the sticky bit does not hold them back.
    pub(super) world_writable: bool,
}

/// Reads `4755`, `u+s`, `o+w`, `a=rwx,g+s`.
pub(super) fn mode(text: &str) -> Option<Mode> {
    let octal =
        !text.is_empty() && text.len() <= 5 && text.bytes().all(|b| (b'0'..=b'7').contains(&b));
    if octal {
        let bits = u32::from_str_radix(text, 8).ok()?;
        let sticky = bits & 0o1000 != 0;
        return Some(Mode {
            set_id: bits & 0o6000 != 0,
            world_writable: bits & 0o002 != 0 && !sticky,
        });
    }
    let mut mode = Mode::default();
    let mut sticky = false;
    for part in text.split(',') {
        let at = part.find(['+', '-', '='])?;
        let (who, rest) = part.split_at(at);
        if !who.chars().all(|c| "ugoa".contains(c)) || rest.len() < 2 {
            return None;
        }
        if rest.starts_with('-') {
            continue;
        }
        let others = who.is_empty() || who.contains(['o', 'a']);
        let owners = who.is_empty() || who.contains(['u', 'g', 'a']);
        mode.set_id |= owners && rest.contains('s');
        // Without a `who`, the umask keeps others from writing.
        mode.world_writable |= others && !who.is_empty() && rest.contains('w');
        sticky |= rest.contains('t');
    }
    mode.world_writable &= !sticky;
    Some(mode)
}

#[cfg(test)]
mod tests {
    use super::mode;

    #[test]
    fn modes_are_read_in_both_ways() {
        let of = |text: &str| mode(text).map(|m| (m.set_id, m.world_writable));
        assert_eq!(of("4755"), Some((true, false)));
        assert_eq!(of("777"), Some((false, true)));
        assert_eq!(of("1777"), Some((false, false)));
        assert_eq!(of("u+s"), Some((true, false)));
        assert_eq!(of("a+rwx"), Some((false, true)));
        assert_eq!(of("+x"), Some((false, false)));
        assert_eq!(of("g-s"), Some((false, false)));
        assert_eq!(of("file"), None);
    }
}
