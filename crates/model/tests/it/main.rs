//! The nouns against what others wrote down about them.

mod purl;
