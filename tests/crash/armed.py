"""The service or one of its commands, in a process that ends at a fail-point as kill -9 would end it.

    CTM_ALERTS_CRASH_AT=dispatch.after_commit:2 python -m tests.crash.armed round dispatch

The only reader of that variable: nothing that is installed looks at it.
"""

from __future__ import annotations

import os

from ctm_alerts.cli import main
from ctm_alerts.failpoints import arm


def arm_from_environment() -> None:
    """Arm the point that the environment names, if it names one."""
    name, _, count = os.environ.get("CTM_ALERTS_CRASH_AT", "").partition(":")
    if name:
        arm(name, int(count or 1))


if __name__ == "__main__":
    arm_from_environment()
    main()
