"""The simulated camera: drawn scenes whose truth is known."""

from watchpost.engine.capture.simulator.play import Facing
from watchpost.engine.capture.simulator.scene import (
    SCENE_NAMES,
    Scene,
    create_scene,
    lines_of,
)
from watchpost.engine.capture.simulator.story import TrueCrossing
from watchpost.engine.capture.simulator.troubles import TROUBLE_NAMES

__all__ = [
    "SCENE_NAMES",
    "TROUBLE_NAMES",
    "Facing",
    "Scene",
    "TrueCrossing",
    "create_scene",
    "lines_of",
]
