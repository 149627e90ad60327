"""Following objects from frame to frame: Kalman prediction, association, track life."""
