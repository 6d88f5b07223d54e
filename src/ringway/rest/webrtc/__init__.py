"""The WebRTC API over HTTP: what is kept for SDKs."""
