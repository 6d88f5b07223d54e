"""Browser and mobile signalling over one WebSocket; `messages` has the types."""
