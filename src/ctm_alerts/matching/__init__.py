"""Which postings fit a profile, how well, and why."""
