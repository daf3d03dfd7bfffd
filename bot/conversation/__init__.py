"""One update, one transaction: what came in, the flow replayed with it, what it leads to, what is said."""
