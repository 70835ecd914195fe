"""A memory array with the circuits at its edges: its area, and what reading it takes."""
