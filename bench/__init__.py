"""Benchmarks, run by hand: `python -m bench`. Each prints its figures side by side, as medians of several runs."""
