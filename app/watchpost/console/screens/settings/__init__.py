"""Settings: this workstation, keys, edges, the edge itself, its models."""
