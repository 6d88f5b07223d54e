"""What happens to calls: pure machines, and the words they use."""
