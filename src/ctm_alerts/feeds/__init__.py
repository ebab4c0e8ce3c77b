"""Bytes in, entries out: what a feed is, how each kind is read, and when to look again."""
