"""TLS for HTTPS: certificates that are given, ours, and how they are followed."""
