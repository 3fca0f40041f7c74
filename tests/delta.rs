//! `extract --since-last`: what differs since the last run, and what becomes of it in Intercom.
