"""Brings public events to customers: webhooks, and the one way out to their URLs."""
