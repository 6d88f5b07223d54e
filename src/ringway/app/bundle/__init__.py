"""A support bundle: what somebody needs to see who shall find a fault."""
