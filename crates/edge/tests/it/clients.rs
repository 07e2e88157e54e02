//! Real clients before a real registry. What is not installed is said and skipped.
