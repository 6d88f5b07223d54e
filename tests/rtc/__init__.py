"""Signalling: messages, connections, limits."""
