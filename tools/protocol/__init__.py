"""Makes the wire types of other languages from their Python declarations."""
