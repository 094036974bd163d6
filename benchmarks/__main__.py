"""`python -m benchmarks [NAME ...]`: runs the named benchmarks, or says what there is."""

import runpy
import sys
from pathlib import Path

HERE = Path(__file__).parent


def main(names: list[str]) -> None:
    """Run them in turn."""
    known = {file.stem: file for file in HERE.glob("*.py") if not file.stem.startswith("_")}
    known |= {file.parent.name: file.with_name("__init__.py") for file in HERE.glob("*/__main__.py")}
    unknown = [name for name in names if name not in known]
    if unknown or not names:
        for name, file in sorted(known.items()):
            first = file.read_text(encoding="utf-8").lstrip('"').splitlines()[0].rstrip('"')
            print(f"{name:24} {first}")
        sys.exit(f"unknown benchmark: {', '.join(unknown)}" if unknown else 0)
    for name in names:
        print(f"## {name}")
        sys.argv = [str(known[name])]
        runpy.run_module(f"benchmarks.{name}", run_name="__main__", alter_sys=True)


main(sys.argv[1:])
