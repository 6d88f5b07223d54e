"""The Subscriptions API over HTTP: who wants which events, and where."""
