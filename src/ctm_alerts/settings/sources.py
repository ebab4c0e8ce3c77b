"""Sources: what their terms say, which feeds are declared, and the keys that some of them want.

The tables are read here and understood in `feeds.terms` and `feeds.declared`; a folder of configuration that lacks them
has the terms that are shipped, and declares nothing.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

from ctm_alerts.errors import SettingsError

#: a key of a source is CTM_ALERTS_KEYS_<NAME>, or a file's path in CTM_ALERTS_KEYS_<NAME>_FILE
KEYS = "CTM_ALERTS_KEYS_"
_NAME = re.compile(r"[A-Z][A-Z0-9_]*")


@dataclass(frozen=True)
class SourceTables:
    """What the folder of configuration says of sources."""

    #: file stem -> its TOML, of config/terms/
    terms: Mapping[str, Mapping[str, Any]] = field(default_factory=dict, repr=False)
    #: config/feeds.toml
    feeds: Mapping[str, Any] = field(default_factory=dict, repr=False)
    #: the key of each source that wants one, by its name in small letters; never shown
    keys: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}), repr=False)


def read_sources(config: Path, shipped: Path, env: Mapping[str, str]) -> SourceTables:
    """The tables of a folder of configuration, and the keys of the environment.

    Raises:
        SettingsError: a file cannot be read, or a key is set twice.
    """
    terms = config / "terms" if (config / "terms").is_dir() else shipped / "terms"
    # one without a value is not set: a request must miss it by name, and not go out without it
    keys = {name: value for name, value in _read_keys(env) if value}
    return SourceTables(read_folder(terms), read_toml(config / "feeds.toml"), keys)


def read_folder(folder: Path) -> dict[str, Mapping[str, Any]]:
    """Every TOML file of a folder by its stem; raises SettingsError."""
    return {path.stem: read_toml(path) for path in sorted(folder.glob("*.toml"))}


def read_toml(path: Path) -> Mapping[str, Any]:
    """A file's tables, none where there is no file; raises SettingsError when it is no TOML."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path} cannot be read: {error}; mend the file") from error


def is_key_name(name: str) -> bool:
    """Whether a name of the environment is that of a source's key."""
    return name.startswith(KEYS) and _NAME.fullmatch(name.removeprefix(KEYS)) is not None


def _read_keys(env: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for name in sorted(env):
        if not is_key_name(name):
            continue
        if name.endswith("_FILE"):
            yield name.removeprefix(KEYS).removesuffix("_FILE").lower(), _key_file(name, env)
        else:
            yield name.removeprefix(KEYS).lower(), env[name].strip()


def _key_file(name: str, env: Mapping[str, str]) -> str:
    if name.removesuffix("_FILE") in env:
        raise SettingsError(f"{name.removesuffix('_FILE')} is set both directly and as {name}; keep one")
    try:
        return Path(env[name]).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(
            f"{name}: cannot read {env[name]} ({error}); point it to a readable file"
        ) from error
