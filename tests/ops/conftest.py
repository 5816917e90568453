"""State folders, and programs run the way a person runs them."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ops.running import end_everything


@pytest.fixture
def folder() -> Iterator[Path]:
    """An empty state folder that the database's account can enter; emptied of processes after."""
    made = Path(tempfile.mkdtemp(prefix="tongban-ops-")).resolve()
    made.chmod(0o711 if os.geteuid() == 0 else 0o700)
    yield made
    end_everything(made)
    shutil.rmtree(made, ignore_errors=True)
