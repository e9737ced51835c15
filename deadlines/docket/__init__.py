"""The desk: what is done with a session and leaves the transaction to its caller."""
