"""OpenFisca in a virtual environment of its own: its licence is the AGPL, and nothing that runs here may lean on it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np

from bench.calculator.rows import Array, Columns

WANTED = "openfisca-core==46.0.1"
SYSTEM = Path(__file__).with_name("openfisca_system.py")


def installed(folder: Path) -> Path | None:
    """The Python that has OpenFisca; it is installed if need be. None if that cannot be done, as without a package index."""
    python = folder / "bin" / "python"
    if not (folder / WANTED).exists():
        made = _run([sys.executable, "-m", "venv", "--clear", str(folder)]) and _run([str(python), "-m", "pip", "install", "-q", WANTED])
        if not made:
            return None
        (folder / WANTED).touch()
    return python


def measured(python: Path, folder: Path, calls: int) -> tuple[dict[str, Any], Array]:
    """What it says of itself, and what it would pay, in yuan. The cases lie in the folder."""
    command = [str(python), str(SYSTEM), str(folder), str(calls)]
    said = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603  # a file of this bench
    return json.loads(said.stdout), np.load(folder / "paid.npy")


def hand_over(columns: Columns, folder: Path) -> None:
    """Put cases into the folder, with money in yuan."""
    for name, values in columns.items():
        np.save(folder / f"{name}.npy", values / 100 if name == "out_of_pocket" else values)


def _run(command: list[str]) -> bool:
    return subprocess.run(command, check=False, capture_output=True).returncode == 0  # noqa: S603  # Python and pip
