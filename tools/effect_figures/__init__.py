"""Small figures of what the engine's effects do, drawn from the engine's own functions.

One module a page of the documentation; each has a function ``figures`` that returns what the page shows.
"""
