"""Makes the wheel: one file with the engine, the SDK and the pages inside."""
