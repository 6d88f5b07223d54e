"""Measurements of this machine's Ringway; `docs/measuring.md` explains them."""
