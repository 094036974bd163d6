"""Forecasts 2 h ahead on measured furnaces, beside persistence and the 24 h mean. Needs IRONWORKS_DATA.

`python -m benchmarks.measured_furnaces [a|b|c ...]`: these furnaces, or all; the last 30 % in time of each file.
"""

import os
import sys
import time
from pathlib import Path

from ironworks.backtest.run import run_backtest
from ironworks.core.forecast import MEASURED

HORIZON = 2 * 3600.0
TARGETS = {
    "a": ("hot_metal_silicon",),
    "b": ("hot_metal_temperature", "hot_metal_silicon"),
    "c": ("top_gas_temperature", "top_gas_carbon_monoxide", "hot_blast_pressure", "blast_temperature"),
}
ROW = "| {:9} | {:24} | {:6} | {:11} | {:5} | {:8} | {:7} | {:28} | {:6} | {:8} |"


def main(furnaces: list[str]) -> None:
    """Print one row a furnace, target, way of scoring and model."""
    folder = Path(os.environ["IRONWORKS_DATA"])
    print(ROW.format("furnace", "target", "scored", "model", "n", "RMSE", "below p.", "hits", "in 90 %", "width"))
    print(ROW.format(*("-" * n for n in (9, 24, 6, 11, 5, 8, 7, 28, 6, 8))))
    for furnace in furnaces or TARGETS:
        mapping = Path("works") / f"furnace_{furnace}" / "mapping.toml"
        for target in TARGETS[furnace]:
            started = time.process_time()
            report = run_backtest(folder / f"furnace_{furnace}.parquet", mapping, target, HORIZON)
            for scored in MEASURED:
                base = report.row("persistence", scored).rmse
                for row in (row for row in report.rows if row.scored == scored):
                    hits = ", ".join(f"{band:g}: {share:.1%}" for band, share in row.hits.items())
                    print(
                        ROW.format(
                            f"furnace_{furnace}", target, scored.value, row.model, row.n, f"{row.rmse:.4g}",
                            f"{1.0 - row.rmse / base:.1%}", hits, f"{row.coverage90:.1%}", f"{row.width90:.4g}",
                        ),
                        flush=True,
                    )  # fmt: skip
            print(f"{furnace} {target}: {time.process_time() - started:.0f} s of computing", file=sys.stderr)


if __name__ == "__main__":
    main(sys.argv[1:])
