"""Wire records of ``/api/v1``: what edges, hubs, consoles and integrators exchange.

Times are UTC nanoseconds (``*_ns``). Coordinates are fractions of the picture, origin top
left. Unknown fields are refused in requests and ignored in answers, so that an older
console can read a newer edge.
"""
