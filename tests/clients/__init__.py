"""Real calendar programs against the running daemon; they take minutes and run by `make clients`."""
