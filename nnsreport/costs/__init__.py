"""The cost of chips: from files and settings to the engine's cost model, one chip or a sweep of them."""
