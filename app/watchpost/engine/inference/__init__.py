"""Running models: what a file is, how its outputs are read, and who runs it."""
