//! All SQL: SQLite and PostgreSQL behind one small façade.
