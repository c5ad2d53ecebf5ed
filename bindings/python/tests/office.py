"""A real relay with a small roster, the office's command line, and a colleague's headless phone."""

import json
import os
import subprocess
import time
import urllib.request
from pathlib import Path

BINARIES = Path(os.environ["LINLI_BIN_DIR"])
COMMUNITY = "样例社区"
PATIENCE_S = 60
GRID = "999999000001001"
ROSTER = """网格编码,小区,楼栋,单元,房号,姓名,联系电话
{grid},阳光花园,1,1,101,王秀英,13700000001
{grid},阳光花园,1,1,102,李建国,13700000002
"""


def said(program, *args, **more):
    """What a program printed with --json, one object a line."""
    done = subprocess.run(
        [BINARIES / program, *args, "--json"], capture_output=True, text=True, check=False, **more
    )
    assert done.returncode == 0, f"{program} {args}: {done.stderr}"
    return [json.loads(line) for line in done.stdout.splitlines()]


class Office:
    """The relay, started and stopped as an office would."""

    def __init__(self, folder):
        self.data = folder / "office"
        self.address = "127.0.0.1:0"
        self.start()
        roster = folder / "名册.csv"
        roster.write_text(ROSTER.format(grid=GRID), encoding="utf-8")
        self.do("import", "roster", str(roster), "--community", COMMUNITY)

    def start(self):
        """On the same address as before, once it is known."""
        args = ["serve", "--json", "--data", str(self.data), "--listen", self.address]
        self.process = subprocess.Popen(
            [BINARIES / "linli", *args], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        first = json.loads(self.process.stdout.readline())
        self.url = first["url"]
        self.address = self.url.removeprefix("http://")

    def stop(self):
        self.process.terminate()
        self.process.wait()

    def token(self):
        return (self.data / "admin-token").read_text().strip()

    def do(self, *args):
        return said("linli", *args, "--url", self.url, env={**os.environ, "LINLI_TOKEN": self.token()})

    def ask(self, method, path, body=None):
        """What the relay's API answers, for what the command line has no word."""
        request = urllib.request.Request(f"{self.url}/v1/{path}", method=method)
        request.add_header("Authorization", f"Bearer {self.token()}")
        if body is not None:
            request.add_header("Content-Type", "application/json")
            request.data = json.dumps(body).encode()
        with urllib.request.urlopen(request, timeout=PATIENCE_S) as answer:
            return json.load(answer)

    def settle(self):
        """Asks until lists show everything that is durable."""
        deadline = time.monotonic() + PATIENCE_S
        while (status := self.ask("GET", "status"))["applied"] != status["durable"]:
            assert time.monotonic() < deadline, f"waited too long for the lists: {status}"

    def code_for(self, worker):
        self.do("workers", "add", worker, "--grid", GRID)
        return self.do("enrol-code", "--worker", worker)[0]["code"]

    def household(self, name):
        return self.do("households", "--search", name)[0]["id"]


class Colleague:
    """Another worker's phone."""

    def __init__(self, office, folder, worker):
        self.store = folder / worker
        self.do("enrol", office.url, office.code_for(worker))
        self.do("sync")

    def do(self, *args):
        return said("linli-phone", "--store", str(self.store), *args)
