"""Says whose work is inside what we ship, and under which terms."""
