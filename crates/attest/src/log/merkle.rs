//! Proofs that an entry is in the tree of a log.
//!
//! Source: RFC 9162, 2.1.3.2.

use aws_lc_rs::digest::{Context, SHA256};

use super::note;
use crate::root::Log;

/// A proof with the head of the tree that it leads to.
#[derive(Debug, Clone)]
pub(crate) struct Proof {
    pub(crate) index: u64,
    pub(crate) size: u64,
    pub(crate) root: Vec<u8>,
    pub(crate) hashes: Vec<Vec<u8>>,
    /// The head of the tree, signed by the log.
    pub(crate) checkpoint: String,
}

impl Proof {
    /// Verifies that `body` is a leaf of a tree whose head the log has signed.
    pub(crate) fn verify(&self, body: &[u8], log: &Log) -> Result<(), String> {
        let root = climb(self.index, self.size, leaf(body), &self.hashes)
            .ok_or("the proof does not fit the size of the log's tree")?;
        if root.as_slice() != self.root {
            return Err("the proof leads to another tree than the one that it names".to_owned());
        }
        let head = note::open(&self.checkpoint, log)?;
        if head.size != self.size || head.root != self.root {
            return Err("the log has signed another tree than that of the proof".to_owned());
        }
        Ok(())
    }
}

fn leaf(body: &[u8]) -> [u8; 32] {
    hash(&[&[0], body])
}

fn hash(parts: &[&[u8]]) -> [u8; 32] {
    let mut context = Context::new(&SHA256);
    for part in parts {
        context.update(part);
    }
    let mut out = [0; 32];
    out.copy_from_slice(context.finish().as_ref());
    out
}

/// The root that a leaf and its siblings lead to; `None` where there are too many or too few.
fn climb(index: u64, size: u64, leaf: [u8; 32], siblings: &[Vec<u8>]) -> Option<[u8; 32]> {
    if index >= size {
        return None;
    }
    let (mut at, mut last, mut root) = (index, size - 1, leaf);
    for sibling in siblings {
        if last == 0 || sibling.len() != 32 {
            return None;
        }
        if at & 1 == 1 || at == last {
            root = hash(&[&[1], sibling, &root]);
            while at & 1 == 0 && at != 0 {
                at >>= 1;
                last >>= 1;
            }
        } else {
            root = hash(&[&[1], &root, sibling]);
        }
        at >>= 1;
        last >>= 1;
    }
    (last == 0).then_some(root)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The root of a tree, as RFC 9162, 2.1.1 defines it.
    fn tree(leaves: &[Vec<u8>]) -> [u8; 32] {
        match leaves {
            [one] => leaf(one),
            _ => {
                let (left, right) = leaves.split_at(half(leaves.len()));
                hash(&[&[1], &tree(left), &tree(right)])
            }
        }
    }

    /// The largest power of two below `n`.
    fn half(n: usize) -> usize {
        n.next_power_of_two() / 2
    }

    /// The siblings of a leaf, as RFC 9162, 2.1.3.1 defines them.
    fn path(at: usize, leaves: &[Vec<u8>]) -> Vec<Vec<u8>> {
        if leaves.len() == 1 {
            return Vec::new();
        }
        let middle = half(leaves.len());
        let (left, right) = leaves.split_at(middle);
        let (mut path, other) = match at < middle {
            true => (path(at, left), tree(right)),
            false => (path(at - middle, right), tree(left)),
        };
        path.push(other.to_vec());
        path
    }

    #[test]
    fn every_leaf_of_every_small_tree_leads_to_its_root_and_to_no_other_place() {
        for size in 1..20usize {
            let leaves: Vec<Vec<u8>> = (0..size).map(|n| vec![n as u8; 3]).collect();
            let root = tree(&leaves);
            for at in 0..size {
                let siblings = path(at, &leaves);
                let own = leaf(&leaves[at]);
                let climbed = |index: usize, size: usize, siblings: &[Vec<u8>]| {
                    climb(index as u64, size as u64, own, siblings)
                };
                assert_eq!(climbed(at, size, &siblings), Some(root), "{at} of {size}");
                assert_ne!(
                    climbed(at, size, &[siblings.clone(), vec![vec![0; 32]]].concat()),
                    Some(root)
                );
                if size > 1 {
                    assert_ne!(climbed(at, size, &siblings[1..]), Some(root));
                    assert_ne!(climbed((at + 1) % size, size, &siblings), Some(root));
                }
                assert_eq!(climbed(size, size, &siblings), None);
            }
        }
    }
}
