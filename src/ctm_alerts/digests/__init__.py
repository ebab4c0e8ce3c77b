"""When a digest is due, what it holds, and how each posting looks in it."""
