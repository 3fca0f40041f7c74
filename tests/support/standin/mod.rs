//! What every stand-in of a help desk needs, whatever its dialect: repeatable chance, times, one call and one reply, counts of what was
//! asked, calls granted in a window, rows that change while they are served, and two listeners on free ports.
//!
//! A stand-in is a folder beside this one (`desk/` the facts, `wire/` its rows, `http/` its answers) that implements [`Tenant`].

#![allow(dead_code, unused_imports, reason = "no stand-in alone needs all of it")]

pub(crate) mod call;
pub(crate) mod dice;
pub(crate) mod html;
pub(crate) mod moment;
pub(crate) mod rate;
pub(crate) mod reply;
pub(crate) mod rows;
pub(crate) mod serve;
pub(crate) mod stats;

pub(crate) use serve::{Listening, Tenant};
