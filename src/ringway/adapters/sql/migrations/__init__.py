"""How older databases become those of today: Alembic's folder."""
