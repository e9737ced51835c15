"""Real decided cases and current sample notices that ship with the program, for `demo` and the tests."""
