"""HTTP for programs: tokens, health, metrics, and one envelope for errors."""
