//! Statements, batches and rows on SQLite and PostgreSQL; the committer; migrations
