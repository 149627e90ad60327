"""Everything that was measured in one run, as one report."""
