"""The mails and pages, as seen."""
