"""The scripted day: the same for every language, with the same documents at its end."""

import subprocess
import sys
from pathlib import Path

from office import BINARIES


def test_the_day_ends_with_the_same_documents(tmp_path):
    phone = [sys.executable, str(Path(__file__).parent / "day_phone.py"), str(tmp_path / "phone")]
    day = subprocess.run([BINARIES / "linli-day", *phone], capture_output=True, text=True, check=False)
    assert day.returncode == 0, day.stderr
