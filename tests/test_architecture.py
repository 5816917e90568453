"""What the import contracts cannot say: packages meet only at `api`, and one clock."""

from __future__ import annotations

from pathlib import Path

import grimp
import pytest

PACKAGES = Path(__file__).parents[1] / "src" / "tongban"
# Sites have no api: nobody calls them. Kernel and look are imported by module.
WITHOUT_API = {"config", "portal", "workbench", "openapi", "kernel", "look"}


@pytest.fixture(scope="module")
def graph() -> grimp.ImportGraph:
    return grimp.build_graph("tongban", cache_dir=None)


def package(module: str) -> str:
    return module.split(".")[1] if "." in module else ""


def test_packages_meet_only_at_api(graph: grimp.ImportGraph) -> None:
    breaches = {
        f"{importer} imports {imported}"
        for importer in graph.modules
        for imported in graph.find_modules_directly_imported_by(importer)
        if package(imported)
        and package(importer) not in {package(imported), "config"}
        and package(imported) not in WITHOUT_API
        and imported.split(".")[2:] != ["api"]
    }
    assert not breaches


def test_every_package_says_what_it_is_for() -> None:
    silent = [
        folder.name
        for folder in PACKAGES.iterdir()
        if (folder / "__init__.py").is_file()
        and not (folder / "__init__.py")
        .read_text(encoding="utf-8")
        .lstrip()
        .startswith(('"""', "'''"))
    ]
    assert not silent


def test_an_api_holds_names_only() -> None:
    for api in PACKAGES.glob("*/api.py"):
        lines = api.read_text(encoding="utf-8").splitlines()
        assert len(lines) <= 150, api
        assert not [line for line in lines if line.startswith(("def ", "class ", "@"))], api


def test_no_file_is_longer_than_500_lines() -> None:
    root = PACKAGES.parents[1]
    long = {
        str(path.relative_to(root)): count
        for folder in ("src", "tests", "tools", "benchmarks")
        for path in (root / folder).rglob("*.py")
        if "migrations" not in path.parts
        and (count := len(path.read_text(encoding="utf-8").splitlines())) > 500
    }
    assert not long
