"""One driver of a port per file; only the composition root names them."""
