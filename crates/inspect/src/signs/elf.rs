//! What the beginning of an ELF program says about how it was made.
//!
//! Linkers write a table of sections, and `strip` keeps it; only what packs programs or cuts
//! them down by hand leaves it out. Source: System V ABI, "ELF Header".

/// Bytes at the beginning that a packer's own code may take.
const STUB: usize = 4 << 10;

/// Fewest bytes behind it that are judged.
const ENOUGH: usize = 16 << 10;

/// Entropy in bits a byte from which bytes are compressed or encrypted: machine code has
/// about 6, tables of text 5, what is compressed more than 7.9.
const DENSE: f64 = 7.6;

/// Whether a program or a library has no table of sections.
pub(super) fn lacks_sections(head: &[u8]) -> bool {
    let big = head.get(5) == Some(&2);
    let wide = head.get(4) == Some(&2);
    // Place of the offset of the table, and of the kind of file: 2 a program, 3 one that may
    // be loaded anywhere.
    let (at, length) = if wide { (0x28, 8) } else { (0x20, 4) };
    let (Some(offset), Some(kind)) = (head.get(at..at + length), head.get(16..18)) else {
        return false;
    };
    let kind = if big { kind[1] } else { kind[0] };
    matches!(kind, 2 | 3) && offset.iter().all(|b| *b == 0)
}

/// Whether what follows the first bytes has no structure left.
pub(super) fn is_dense(head: &[u8]) -> bool {
    let Some(body) = head.get(STUB..).filter(|body| body.len() >= ENOUGH) else {
        return false;
    };
    let mut counts = [0_u32; 256];
    for byte in body {
        counts[usize::from(*byte)] += 1;
    }
    let length = body.len() as f64;
    let entropy: f64 = counts
        .iter()
        .filter(|count| **count > 0)
        .map(|count| f64::from(*count) / length)
        .map(|share| -share * share.log2())
        .sum();
    entropy >= DENSE
}
