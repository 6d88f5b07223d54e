"""Makes docs/performance.md and its pictures from what was measured."""
