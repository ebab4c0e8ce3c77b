"""What is shipped: the wheel, the lock, the compose file, the map of the package, and nothing of anybody's machine."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import jsonschema
import pytest
import yaml

import ctm_alerts

ROOT = Path(__file__).parents[2]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
TEXT = {"type": "string"}
TEXTS = {"type": "array", "items": TEXT}
COMMAND = {"anyOf": [TEXT, TEXTS]}

#: of the compose specification, what a service of ours may use
SERVICE = {
    "type": "object",
    "additionalProperties": False,
    "required": ["image", "restart"],
    "properties": {
        "build": {"anyOf": [TEXT, {"type": "object"}]},
        "image": TEXT,
        "command": COMMAND,
        "entrypoint": COMMAND,
        "depends_on": {"anyOf": [TEXTS, {"type": "object"}]},
        "restart": {"enum": ["no", "always", "on-failure", "unless-stopped"]},
        "stop_grace_period": {"type": "string", "pattern": r"^(\d+(h|m|s|ms|us))+$"},
        "read_only": {"type": "boolean"},
        "tmpfs": {"anyOf": [TEXT, TEXTS]},
        "cap_drop": TEXTS,
        "security_opt": TEXTS,
        "user": TEXT,
        "volumes": TEXTS,
        "ports": TEXTS,
        "environment": {
            "type": "object",
            "additionalProperties": {"type": ["string", "number", "null"]},
        },
        "healthcheck": {
            "type": "object",
            "additionalProperties": False,
            "properties": {
                "test": COMMAND,
                "interval": TEXT,
                "timeout": TEXT,
                "start_period": TEXT,
                "retries": {"type": "integer"},
            },
        },
    },
}
COMPOSE = {
    "type": "object",
    "additionalProperties": False,
    "required": ["services"],
    "properties": {
        "name": TEXT,
        "services": {"type": "object", "minProperties": 1, "additionalProperties": SERVICE},
        "volumes": {"type": "object"},
        "networks": {"type": "object"},
    },
    "patternProperties": {"^x-": {}},
}


def tracked() -> list[Path]:
    """Every file of the repository that git would commit."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    if listed.returncode != 0:
        pytest.skip("not a git checkout")
    return [path for name in listed.stdout.split("\0") if name and (path := ROOT / name).is_file()]


def test_the_compose_file_uses_keys_that_compose_knows() -> None:
    document = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
    jsonschema.validate(document, COMPOSE)
    named = {v.partition(":")[0] for s in document["services"].values() for v in s.get("volumes", ())}
    assert named <= set(document["volumes"])


def test_the_compose_file_sets_only_what_the_service_reads() -> None:
    from ctm_alerts.settings import ENVIRONMENT

    document = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
    names = {n for s in document["services"].values() for n in s["environment"]}
    assert {n for n in names if n.startswith("CTM_ALERTS_")} <= {f"CTM_ALERTS_{n}" for n in ENVIRONMENT}
    assert f":{ctm_alerts.__version__}" in document["services"]["worker"]["image"]


def test_the_lock_covers_every_dependency_with_a_version_and_hashes() -> None:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    pinned = {_normal(n) for n in re.findall(r"^([A-Za-z0-9._-]+)==", lock, re.MULTILINE)}
    wanted = [*PYPROJECT["project"]["dependencies"], *PYPROJECT["dependency-groups"]["dev"]]
    assert {_normal(re.split(r"[<>=!~;\[ ]", w)[0]) for w in wanted} - pinned == set()
    requirements = re.split(r"^(?=[A-Za-z0-9])", lock, flags=re.MULTILINE)[1:]
    assert [r.splitlines()[0] for r in requirements if "--hash=sha256:" not in r] == []


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_no_file_holds_a_path_of_one_machine() -> None:
    # put together here, so that this file holds none
    homes = re.compile("|".join(f"/{place}/[a-z]" for place in ("work", "home", "Users", "root")))
    found = []
    for path in tracked():
        if path.suffix in (".png", ".lock") or path.name == "LICENSE":
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
            hit = homes.search(re.sub(r"https?://\S+", "", line))
            if hit and not line[: hit.start()].endswith(("example", ".test", ".com", "}")):
                found.append(f"{path.relative_to(ROOT)}:{number}: {line.strip()[:100]}")
    assert found == []


def test_the_map_in_the_package_docstring_names_every_module_and_no_other() -> None:
    package = ROOT / "src" / "ctm_alerts"
    there = {p.stem for p in package.iterdir() if (p / "__init__.py").is_file() or p.suffix == ".py"}
    text = ctm_alerts.__doc__ or ""
    named = {
        w
        for line in re.findall(r"^ {4}([a-z][a-z, ]+?) {2,}\S", text, re.MULTILINE)
        for w in line.split(", ")
    }
    drawn = set(re.findall(r"\b[a-z]+\b", text[text.index("failpoints |") : text.index("< cli") + 5]))
    assert there - {"__init__", "__main__"} == drawn
    assert named <= drawn
    assert drawn - named <= {"testing"}


def test_the_import_contract_names_every_module_too() -> None:
    layers = PYPROJECT["tool"]["importlinter"]["contracts"][0]["layers"]
    named = {name.strip() for layer in layers for name in layer.split("|")}
    package = ROOT / "src" / "ctm_alerts"
    there = {p.stem for p in package.iterdir() if (p / "__init__.py").is_file() or p.suffix == ".py"}
    assert there - {"__init__"} == named


def test_the_changelog_speaks_of_this_version() -> None:
    assert ctm_alerts.__version__ in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


# -- the wheel


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout, built as a release builds it."""
    uv = ROOT / ".tools" / "bin" / "uv"
    found = str(uv) if uv.is_file() else shutil.which("uv")
    if found is None:
        pytest.skip("uv is not here; `make setup` brings it")
    out = tmp_path_factory.mktemp("dist")
    done = subprocess.run(
        [found, "build", "--wheel", "--out-dir", str(out), "--quiet", str(ROOT)],
        capture_output=True,
        text=True,
    )
    if done.returncode != 0 and "network" in done.stderr.lower():
        pytest.skip("the build backend could not be fetched")
    assert done.returncode == 0, done.stderr
    (built,) = out.glob("*.whl")
    return built


@pytest.mark.slow
def test_the_wheel_holds_code_templates_config_and_samples(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    shipped = {
        f"ctm_alerts/_data/{path.relative_to(ROOT).as_posix()}"
        for folder in ("templates", "config")
        for path in (ROOT / folder).rglob("*")
        if path.is_file()
    }
    code = {
        f"ctm_alerts/{p.relative_to(ROOT / 'src' / 'ctm_alerts').as_posix()}"
        for p in (ROOT / "src" / "ctm_alerts").rglob("*.py")
    }
    assert shipped | code | {"ctm_alerts/py.typed"} <= names
    assert [n for n in names if n.startswith("tests/") or "__pycache__" in n] == []


@pytest.mark.slow
def test_the_unpacked_wheel_runs_away_from_the_checkout(wheel: Path, tmp_path: Path) -> None:
    site, home = tmp_path / "site", tmp_path / "home"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)
    script = (
        "import sys; sys.path.insert(0, sys.argv.pop(1)); import ctm_alerts.cli as c;"
        " assert 'site' in c.__file__, c.__file__; c.main()"
    )
    for words in (["migrate"], ["check"]):
        done = subprocess.run(
            [sys.executable, "-c", script, str(site), *words],
            env={"CTM_ALERTS_HOME": str(home), "PATH": ""},
            cwd=tmp_path,
            capture_output=True,
            text=True,
        )
        assert (done.returncode, done.stderr) == (0, "")
