"""Defects told by comparing a part with its template: data, training, measuring.

What is a defect depends on what was meant: a hole may be a drill hole or a pinhole. So the
model sees two pictures, the part and a defect-free template laid over it, and answers with
a heat map of where they differ in a way that matters.
"""
