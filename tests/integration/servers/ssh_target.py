# SPDX-License-Identifier: GPL-3.0-or-later
"""A host that is not the controller, as far as Ansible can tell: a real OpenSSH server with a user of its own."""

from __future__ import annotations

import importlib.util
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Any

from tests.integration.servers.child import HOST, NOBODY, Child, at_free_port
from tests.tools import ssh_server as openssh

_USER = "target"
_READY_SECONDS = 1.0
_LIBRARIES = ("requests", "urllib3", "idna", "certifi", "charset_normalizer")


class SshTarget:
    """A host for as long as the context lasts, reached by SSH with a key that nobody else has.

    Its user is `target`, with an empty home and two Pythons: `python` has requests, `bare` has no library. It is the
    user nobody when the tests run as root, and else the user of the tests. Nothing is taken from the environment.
    """

    def __enter__(self) -> SshTarget:
        self._place = tempfile.TemporaryDirectory()
        self.directory = Path(self._place.name)
        self.home = self.directory / "home"
        try:
            self._prepare()
            self._child = at_free_port(self._start)
        except BaseException:
            self._place.cleanup()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._child.stop()
        self._place.cleanup()

    def _prepare(self) -> None:
        self.home.mkdir()
        self._bin = self.directory / "bin"
        if openssh.works():
            # Nobody cannot reach it in the checkout of root.
            shutil.copytree(openssh.PLACE, self._bin, symlinks=True)
        self._make_pythons()
        self._make_keys()
        own = NOBODY if NOBODY is not None else os.getuid()
        (self.directory / "passwd").write_text(f"{_USER}:x:{own}:{own}::{self.home}:/bin/sh\n")
        (self.directory / "group").write_text(f"{_USER}:x:{own}:\n")
        if NOBODY is not None:
            for path in (self.directory, self.home, self.directory / "host"):
                os.chown(path, NOBODY, NOBODY)

    def _start(self, port: int) -> Child:
        self.port = port
        (self.directory / "sshd_config").write_text(self._configuration())
        (self.directory / "known_hosts").write_text(f"[{HOST}]:{port} {self._read('host.pub')}")
        child = Child(self._command(), self._environment(), self.directory, uid=NOBODY)
        child.wait_for(self._ready)
        return child

    def _make_pythons(self) -> None:
        """Not of the Python of the tests, which may be where only their user can reach it."""
        python = shutil.which("python3", path="/usr/local/bin:/usr/bin:/bin") or sys.executable
        for name in ("python", "bare"):
            subprocess.run([python, "-m", "venv", "--without-pip", str(self.directory / name)], check=True)
        (packages,) = (self.directory / "python/lib").glob("python*/site-packages")
        for library in _LIBRARIES:
            spec = importlib.util.find_spec(library)
            if spec is None or not spec.submodule_search_locations:
                raise FileNotFoundError(f"there is no {library}")
            shutil.copytree(spec.submodule_search_locations[0], packages / library)

    def _make_keys(self) -> None:
        for name in ("host", "user"):
            options = ("-q", "-t", "ed25519", "-N", "", "-f", str(self.directory / name))
            subprocess.run([self._tool("ssh-keygen"), *options], env=self._libraries, check=True)
        # What Ansible starts; Debian's libraries are for it alone.
        client = self.directory / "ssh"
        client.write_text(f'#!/bin/sh\nLD_LIBRARY_PATH={self._bin} exec {self._tool("ssh")} "$@"\n')
        client.chmod(0o755)

    def _tool(self, name: str) -> Path:
        return self._bin / name if self._bin.exists() else openssh.tool(name)

    def _read(self, name: str) -> str:
        return (self.directory / name).read_text()

    def _command(self) -> list[str]:
        return [str(self._tool("sshd")), "-D", "-e", "-f", str(self.directory / "sshd_config")]

    @property
    def _libraries(self) -> dict[str, str]:
        return {"LD_LIBRARY_PATH": str(self._bin)}

    def _environment(self) -> dict[str, str]:
        """The account of the target exists for the server alone."""
        return {
            **self._libraries,
            "LD_PRELOAD": "libnss_wrapper.so",
            "NSS_WRAPPER_PASSWD": str(self.directory / "passwd"),
            "NSS_WRAPPER_GROUP": str(self.directory / "group"),
        }

    def _configuration(self) -> str:
        names = {"SshdSessionPath": "sshd-session", "SshdAuthPath": "sshd-auth"}
        parts = [f"{option} {self._bin / name}" for option, name in names.items() if (self._bin / name).exists()]
        return "\n".join(
            [
                f"Port {self.port}",
                f"ListenAddress {HOST}",
                f"HostKey {self.directory / 'host'}",
                f"AuthorizedKeysFile {self.directory / 'user.pub'}",
                f"AllowUsers {_USER}",
                "PidFile none",
                "UsePAM no",
                # The directory of the tests belongs to somebody else.
                "StrictModes no",
                "PasswordAuthentication no",
                "KbdInteractiveAuthentication no",
                "Subsystem sftp internal-sftp",
                *parts,
                "",
            ]
        )

    def _ready(self) -> bool | None:
        try:
            with socket.create_connection((HOST, self.port), _READY_SECONDS) as connection:
                return connection.recv(4) == b"SSH-" or None
        except OSError:
            return None

    def python(self, name: str = "python") -> str:
        return str(self.directory / name / "bin/python")

    @property
    def inventory(self) -> dict[str, Any]:
        """An inventory of Ansible's with the one host `target`, whose Python has requests."""
        options = f"-F none -o UserKnownHostsFile={self.directory / 'known_hosts'} -o IdentitiesOnly=yes"
        variables = {
            "ansible_connection": "ssh",
            "ansible_host": HOST,
            "ansible_port": self.port,
            "ansible_user": _USER,
            "ansible_python_interpreter": self.python(),
            "ansible_ssh_private_key_file": str(self.directory / "user"),
            "ansible_ssh_executable": str(self.directory / "ssh"),
            "ansible_ssh_args": options,
            "ansible_host_key_checking": True,
            "ansible_pipelining": True,
            # A process that asks the target for the home of its user is told none: the account is the server's alone.
            "ansible_remote_tmp": str(self.home / ".ansible/tmp"),
            "ansible_async_dir": str(self.home / ".ansible_async"),
        }
        return {"all": {"hosts": {"target": variables}}}
