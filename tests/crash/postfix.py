"""A real Postfix of its own on loopback, in a folder of its own: takes mail on a free port and relays all of it.

Nothing of the machine's own Postfix is read or changed. Works as root alone, since Postfix gives its rights away.
"""

from __future__ import annotations

import os
import shutil
import smtplib
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

SHIPPED = Path("/etc/postfix")
#: what is missing to run one here, "" when nothing is
MISSING = (
    "the Debian package postfix is not installed"
    if shutil.which("postfix") is None
    else "a Postfix of its own needs root"
    if os.geteuid() != 0
    else ""
)

_MAIN = """
compatibility_level = 3.6
queue_directory = {folder}/spool
data_directory = {folder}/data
mail_owner = postfix
setgid_group = postdrop
maillog_file = {folder}/log/mail.log
maillog_file_prefixes = {folder}/log
multi_instance_name = postfix-{port}
multi_instance_enable = yes
myhostname = relay.test
mydestination =
alias_maps =
local_recipient_maps =
inet_interfaces = loopback-only
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
relayhost = [127.0.0.1]:{sink}
smtp_host_lookup = native
disable_dns_lookups = yes
smtp_tls_security_level = none
smtpd_tls_security_level = none
# a sink that is out of reach for a moment must not hold mail for minutes
minimal_backoff_time = 1s
maximal_backoff_time = 2s
queue_run_delay = 1s
"""
_MASTER = """
127.0.0.1:{port} inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 1 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
flush unix n - n 1000? 0 flush
tlsmgr unix - - n 1000? 1 tlsmgr
postlog unix-dgram n - n - 1 postlogd
"""


@dataclass(frozen=True)
class Postfix:
    """A relay that runs."""

    port: int
    log: Path
    #: where mail waits that it took and has not handed on
    queue: Path

    def session(self) -> smtplib.SMTP:
        """A line to it."""
        return smtplib.SMTP("127.0.0.1", self.port, "client.example", timeout=10)

    def wait_for(self, words: str) -> None:
        """Until the log says this."""
        _wait(lambda: words in self.log.read_text(), f"the log never says {words!r}")

    def wait_until_empty(self) -> None:
        """Until it has handed on all that it took."""
        folders = [self.queue / name for name in ("incoming", "active", "deferred")]
        _wait(lambda: not any(p.is_file() for f in folders for p in f.rglob("*")), "mail stays in the queue")


def _wait(until: Callable[[], bool], complaint: str) -> None:
    deadline = time.monotonic() + 30
    while not until():
        assert time.monotonic() < deadline, complaint
        time.sleep(0.05)


@contextmanager
def running_postfix(sink_port: int) -> Iterator[Postfix]:
    """A relay that hands everything to the sink on this port; stopped, and its folder removed, at the end."""
    # below pytest's own folder, which only root may enter, its daemons would not find their queue
    with tempfile.TemporaryDirectory(prefix="relay") as name:
        folder, port = Path(name), _free_port()
        folder.chmod(0o755)
        _write(folder, port, sink_port)
        pid = _start(folder / "etc", port)
        try:
            yield Postfix(port, folder / "log" / "mail.log", folder / "spool")
        finally:
            _stop(folder / "etc", pid)


def _write(folder: Path, port: int, sink_port: int) -> None:
    etc = folder / "etc"
    for name in ("etc", "spool", "log"):
        (folder / name).mkdir(mode=0o755)
    data = folder / "data"
    data.mkdir(mode=0o700)
    shutil.chown(data, "postfix")
    for shipped in (*SHIPPED.glob("postfix-files"), *SHIPPED.glob("dynamicmaps.cf")):
        shutil.copy(shipped, etc)
    (etc / "main.cf").write_text(_MAIN.format(folder=folder, port=port, sink=sink_port))
    (etc / "master.cf").write_text(_MASTER.format(port=port))


def _start(etc: Path, port: int) -> int:
    done = subprocess.run(["postfix", "-c", str(etc), "start"], capture_output=True, text=True, timeout=60)
    log = etc.parent / "log" / "mail.log"
    assert done.returncode == 0, (done.stdout, done.stderr, log.read_text() if log.exists() else "no log")
    until = time.monotonic() + 20
    while time.monotonic() < until:
        try:
            with socket.create_connection(("127.0.0.1", port), 1):
                return int((etc.parent / "spool" / "pid" / "master.pid").read_text())
        except OSError:
            time.sleep(0.05)
    raise AssertionError(f"Postfix does not answer on port {port}: {log.read_text()}")


def _stop(etc: Path, pid: int) -> None:
    """Stop it by its master's process id, which ends with all of its children; wait until it is gone."""
    subprocess.run(["postfix", "-c", str(etc), "stop"], capture_output=True, timeout=60, check=False)
    until = time.monotonic() + 20
    while Path(f"/proc/{pid}").exists() and time.monotonic() < until:
        time.sleep(0.05)
    assert not Path(f"/proc/{pid}").exists(), f"Postfix (process {pid}) does not end"


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])
