"""The wall: live cameras with what was seen drawn on the very frame."""
