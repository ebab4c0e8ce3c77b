"""The career guide as data: tiers, skills, titles, pay, places; made from config/guide/*.toml by the caller."""

from ctm_alerts.guide.guide import Guide
from ctm_alerts.guide.make import make_guide

__all__ = ["Guide", "make_guide"]
