//! Facts, world, change sets and the guard: who has access to what, why and until when. Pure.
