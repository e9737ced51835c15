"""The web door: calendar feeds and probes."""
