"""Tests of the chaos: its short form, what its judge sees, and the document that names it all."""
