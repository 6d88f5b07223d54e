"""`ringway doctor`: what would keep calls from working, and what helps."""
