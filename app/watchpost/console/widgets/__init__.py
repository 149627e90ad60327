"""Widgets that several pages share; each takes the theme it paints with."""
