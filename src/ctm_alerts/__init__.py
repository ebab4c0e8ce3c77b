"""Job alerts for Clinical Trial Managers."""

__version__ = "0.1.0"
