//! That the stand-in does what it is told to: each of its traps, once.
