"""Independent peers: other implementations meet the real server and engine."""
