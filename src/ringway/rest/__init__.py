"""HTTP for programs: the public APIs, tokens, metrics, one envelope for errors."""
