"""Comparisons, published references, charts and pages made from the tables of runs."""
