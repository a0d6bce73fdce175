//! Use cases: load, decide, commit, act; permissions; reconcilers behind one tick
