//! Dev-only: both databases, the real app on a real port, a manual clock and seeded ids.
