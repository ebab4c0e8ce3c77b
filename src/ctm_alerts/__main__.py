"""`python -m ctm_alerts`."""

from ctm_alerts.cli import main

main()
