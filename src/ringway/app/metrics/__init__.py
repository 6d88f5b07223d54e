"""What the house counts and measures, as Prometheus reads it."""

from ringway.app.metrics.house import Sources
from ringway.app.metrics.registry import Metrics

__all__ = ["Metrics", "Sources"]
