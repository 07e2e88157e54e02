//! The centre: the interface, the console, registry events, verdicts, quarantine.
