"""Pictures, by page."""
