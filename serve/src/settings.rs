//! How events are taken in.

use std::net::SocketAddr;
use std::time::Duration;

use crate::Secret;

/// Everything [`Server::start`](crate::Server::start) needs to know.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where to listen; port 0 takes a free one.
    pub listen: SocketAddr,
    /// What events are signed with.
    pub secret: Secret,
    /// Largest body of an event, in bytes.
    pub body_bytes_max: usize,
    /// Bytes of bodies that are held at a time, over all connections.
    pub held_bytes_max: usize,
    /// Most headers of a request.
    pub headers_max: usize,
    /// Most connections at a time; more wait to be accepted.
    pub connections_max: usize,
    /// Longest time for the head of a request, and for its body.
    pub read_timeout: Duration,
    /// Longest time until an event is answered. Intercom waits 5 seconds.
    pub answer_timeout: Duration,
    /// Longest life of a connection; its client opens another.
    pub connection_life: Duration,
    /// How long events are collected before they are applied.
    pub apply_every: Duration,
    /// How long an event may wait to be applied before that is told as a fault.
    pub lag_max: Duration,
    /// How long events are kept after they have been applied.
    pub keep: Duration,
}

impl Settings {
    /// Settings that fit a workspace of any size.
    pub fn new(listen: SocketAddr, secret: Secret) -> Self {
        Self {
            listen,
            secret,
            body_bytes_max: 2 << 20,
            held_bytes_max: 64 << 20,
            headers_max: 64,
            connections_max: 1024,
            read_timeout: Duration::from_secs(10),
            answer_timeout: Duration::from_secs(4),
            connection_life: Duration::from_secs(300),
            apply_every: Duration::from_secs(10),
            lag_max: Duration::from_secs(900),
            keep: Duration::from_secs(30 * 24 * 3600),
        }
    }
}
