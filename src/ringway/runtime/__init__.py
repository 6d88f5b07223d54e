"""Runs the machines: one mailbox each; log, remember, act."""
