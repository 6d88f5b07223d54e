"""The Calls API over HTTP: what each family of operations does, and its door."""
