"""The stories: order, transactions, outcomes. Each declares the Protocols that it needs and does no I/O itself."""
