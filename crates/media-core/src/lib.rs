//! The shard as a value: packets and time in, packets and news out.
