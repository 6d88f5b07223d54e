"""A WebRTC load generator: clients in C, signalling and workloads in Python."""
