"""Decode for people: clips frame by frame, and relayed packets into a tile ring."""

from watchpost.engine.playback.clip_player import ClipPlayer
from watchpost.engine.playback.relayed import packet_decoder_main

__all__ = ["ClipPlayer", "packet_decoder_main"]
