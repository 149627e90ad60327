"""Measuring against hand-made truth."""
