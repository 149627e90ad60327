"""The headless program: engine, store and API put together."""
