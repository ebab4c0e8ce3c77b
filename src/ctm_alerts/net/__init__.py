"""Outbound HTTP, the only place that knows httpx: guarded, bounded, on one deadline."""
