"""VALIDATION.md: the tables of results between its marks, from the output of `ironworks verify --json`.

python -m benchmarks.validation_report FILE    FILE: what `ironworks verify --json` printed
"""

import json
import sys
from pathlib import Path

DOCUMENT = Path(__file__).resolve().parents[1] / "VALIDATION.md"
BEGIN, END = "<!-- verify: begin -->", "<!-- verify: end -->"


def number(value: float | None) -> str:
    """Four figures; nothing for a missing limit."""
    if value is None:
        return ""
    return f"{value:,.0f}" if 1e3 <= abs(value) < 1e6 else f"{value:.4g}"


def band(row: dict) -> str:
    """The band in words."""
    if row["ok"] is None:
        return "reported only"
    low, high = number(row["low"]), number(row["high"])
    if not low:
        return f"at most {high}"
    return f"{low} ... {high}" if high else f"at least {low}"


def tables(found: dict) -> str:
    """The result line and one table with all rows."""
    missed = [row["id"] for row in found["targets"] if row["ok"] is False]
    lines = [
        f"**{found['passed']} of {found['of']} targets met.**" + (f" Missed: {', '.join(missed)}." if missed else "")
    ]
    lines += ["", "| id | what | value | unit | target | tolerance | ok | note |", "|---|---|---|---|---|---|---|---|"]
    words = {True: "yes", False: "**no**", None: "-"}
    for row in found["targets"]:
        cells = (row["id"], row["what"], number(row["value"]) or "none", row["unit"], row["target"], band(row),
                 words[row["ok"]], row["note"])  # fmt: skip
        lines.append("| " + " | ".join(cell.replace("|", "/") for cell in cells) + " |")
    return "\n".join(lines)


def put(text: str, content: str) -> str:
    """The document with `content` between its marks."""
    before, rest = text.split(BEGIN)
    _, after = rest.split(END)
    return f"{before}{BEGIN}\n{content}\n{END}{after}"


def main(arguments: list[str]) -> None:
    """Rewrite the tables."""
    if len(arguments) != 1:
        sys.exit("python -m benchmarks.validation_report FILE: what `ironworks verify --json` printed")
    found = json.loads(Path(arguments[0]).read_text(encoding="utf-8"))
    DOCUMENT.write_text(put(DOCUMENT.read_text(encoding="utf-8"), tables(found)), encoding="utf-8")
    print(f"{DOCUMENT}: {len(found['targets'])} rows")


if __name__ == "__main__":
    main(sys.argv[1:])
