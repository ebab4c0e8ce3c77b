"""The command line in processes of their own that need not import it anew: one process that knows it forks for each command.

A command starts in a tenth of the time so, and is a process with its own environment, standard streams and end as before.
"""

from __future__ import annotations

import atexit
import importlib
import json
import os
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile


class Forks:
    """The process that forks; started with the first command, ended with the tests."""

    def __init__(self) -> None:
        self._ours, theirs = socket.socketpair()
        environment = {k: v for k, v in os.environ.items() if not k.startswith("CTM_ALERTS_")}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.cli.forks", str(theirs.fileno())],
            pass_fds=(theirs.fileno(),),
            cwd=Path(__file__).parents[2],
            env=environment,
        )
        theirs.close()
        atexit.register(self.close)

    def run(
        self, words: Sequence[str], env: Mapping[str, str], stdin: str, timeout: float
    ) -> tuple[int, str, str]:
        """Exit status, standard output and standard error of one command."""
        with TemporaryFile() as given, TemporaryFile() as out, TemporaryFile() as err:
            given.write(stdin.encode())
            given.seek(0)
            order = json.dumps({"words": list(words), "env": dict(env)}).encode()
            files = [given.fileno(), out.fileno(), err.fileno()]
            socket.send_fds(self._ours, [len(order).to_bytes(4, "big")], files)
            self._ours.sendall(order)
            self._ours.settimeout(timeout)
            status = int.from_bytes(self._ours.recv(4), "big", signed=True)
            out.seek(0)
            err.seek(0)
            return status, out.read().decode(), err.read().decode()

    def close(self) -> None:
        """Let it end."""
        self._ours.close()
        self._process.wait(timeout=10)


def serve(line: socket.socket) -> None:
    """Fork for each command that comes, until the line is closed."""
    from ctm_alerts.settings import load
    from tests.tables import parse_once

    # known before the first fork: what a command imports on its way, and the tables that it reads
    for module in _learned():
        importlib.import_module(module)
    parse_once()
    load({})
    while True:
        head, files, _, _ = socket.recv_fds(line, 4, 3)
        if not head:
            return
        order = b""
        while len(order) < int.from_bytes(head, "big"):
            order += line.recv(65_536)
        child = os.fork()
        if not child:
            _become(json.loads(order), files, line)
        for file in files:
            os.close(file)
        _, status = os.waitpid(child, 0)
        line.sendall(os.waitstatus_to_exitcode(status).to_bytes(4, "big", signed=True))


def _learned() -> list[str]:
    """The modules that a whole round imports; it is run in a process of its own, which leaves nothing else behind."""
    ask = (
        "import sys; from ctm_alerts.cli import main; sys.argv = ['ctm-alerts', *sys.argv[1:]]\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "print(*sorted(m for m in sys.modules if m.partition('.')[0] in ('ctm_alerts', 'rich', 'typer', 'alembic', 'sqlalchemy')))"
    )
    with TemporaryDirectory() as home:
        env = {**os.environ, "CTM_ALERTS_HOME": home}
        said = [
            subprocess.run(
                [sys.executable, "-c", ask, *words], env=env, capture_output=True, text=True, check=True
            )
            for words in (("round", "all"), ("feeds", "--help"))
        ]
    names = {name for answer in said for name in answer.stdout.splitlines()[-1].split()}
    return sorted(names - {"ctm_alerts.__main__"} - {n for n in names if ".migrations" in n})


def _become(order: dict[str, object], files: list[int], line: socket.socket) -> None:
    """Be the command; does not return."""
    from ctm_alerts.cli import main

    line.close()
    for target, file in enumerate(files):
        os.dup2(file, target)
        os.close(file)
    words, env = order["words"], order["env"]
    assert isinstance(words, list)
    assert isinstance(env, dict)
    os.environ.clear()
    os.environ.update(env)
    # what Python does with it when it starts
    sys.path[1:1] = filter(None, env.get("PYTHONPATH", "").split(os.pathsep))
    sys.argv = ["ctm-alerts", *words]
    status = 1
    try:
        main()
        status = 0
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else 0 if end.code is None else 1
    # what no command may end in: told as Python tells it, and never carried back into the process that forks
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        atexit._run_exitfuncs()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


if __name__ == "__main__":
    serve(socket.socket(fileno=int(sys.argv[1])))
