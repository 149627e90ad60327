"""What this computer can do, as ratios measured in one run."""
