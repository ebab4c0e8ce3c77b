"""Sources in the settings: terms, declared feeds and keys are read, and a key is never shown."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from ctm_alerts.errors import SettingsError
from ctm_alerts.settings import data_dir, examine, load


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return Path(shutil.copytree(data_dir("config"), tmp_path / "config"))


def test_the_shipped_folder_has_terms_and_declares_nothing() -> None:
    sources = load({}).sources
    assert {"boards", "systems"} <= set(sources.terms)
    assert (sources.feeds, sources.keys) == ({}, {})


def test_a_folder_without_terms_has_the_shipped_ones(config: Path) -> None:
    shutil.rmtree(config / "terms")
    (config / "feeds.toml").unlink()
    assert load({"CTM_ALERTS_CONFIG": str(config)}).sources == load({}).sources


def test_a_broken_file_is_named(config: Path) -> None:
    (config / "feeds.toml").write_text("[[feed]\n")
    with pytest.raises(
        SettingsError, match=r"feeds\.toml cannot be read: .* \(at line 1, column 7\); mend the file"
    ):
        load({"CTM_ALERTS_CONFIG": str(config)})


def test_keys_come_from_the_environment_or_from_files_and_are_never_shown(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("from-a-file\n")
    settings = load(
        {"CTM_ALERTS_KEYS_USAJOBS": " s3cret ", "CTM_ALERTS_KEYS_JOOBLE_FILE": str(tmp_path / "key")}
    )
    assert settings.sources.keys == {"usajobs": "s3cret", "jooble": "from-a-file"}
    assert "s3cret" not in repr(settings)
    assert "from-a-file" not in repr(settings.sources)


def test_a_key_is_no_unknown_name() -> None:
    _, findings = examine({"CTM_ALERTS_KEYS_USAJOBS": "x", "CTM_ALERTS_KEYS": "x", "CTM_ALERTS_KEY_X": "x"})
    assert [f.name for f in findings if "no such setting" in f.says] == [
        "CTM_ALERTS_KEYS",
        "CTM_ALERTS_KEY_X",
    ]


def test_a_key_without_a_value_is_none(tmp_path: Path) -> None:
    (tmp_path / "empty").write_text("\n")
    env = {"CTM_ALERTS_KEYS_X": " ", "CTM_ALERTS_KEYS_Y_FILE": str(tmp_path / "empty")}
    assert load(env).sources.keys == {}


def test_a_key_twice_or_in_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="set both directly and as CTM_ALERTS_KEYS_X_FILE; keep one"):
        load({"CTM_ALERTS_KEYS_X": "a", "CTM_ALERTS_KEYS_X_FILE": str(tmp_path)})
    with pytest.raises(
        SettingsError, match=r"CTM_ALERTS_KEYS_X_FILE: cannot read .* point it to a readable file"
    ):
        load({"CTM_ALERTS_KEYS_X_FILE": str(tmp_path / "none")})
