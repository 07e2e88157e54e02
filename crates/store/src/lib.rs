//! The database: migrations, queries, leases, outbox; SQLite and PostgreSQL behind one conformance suite.
