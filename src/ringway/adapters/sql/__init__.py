"""What is stored in a database: SQLAlchemy Core over SQLite, in threads."""
