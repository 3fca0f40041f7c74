//! A store that fails on a chosen call, for tests: the n-th call fails, before or after it took effect.
