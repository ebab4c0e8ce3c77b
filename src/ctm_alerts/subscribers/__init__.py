"""People, what they look for, and the links that they can trust."""
