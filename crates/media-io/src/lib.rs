//! Sockets, shard threads and timers.
