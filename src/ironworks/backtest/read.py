"""A plant's data file as samples: Parquet or CSV, columns by the mapping, in order of arrival."""

import math
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from ironworks.backtest.mapping import Column, Mapping
from ironworks.core.dictionary import Role
from ironworks.core.errors import ConfigurationError, DataError, nearest
from ironworks.core.sample import Quality, Sample

Array = NDArray[np.float64]


def read_samples(file: Path, mapping: Mapping) -> list[Sample]:
    """All samples of the file, SI, in order of arrival, not yet judged.

    An empty cell, a text that is no number and a number that stands for "not measured" become samples without a value,
    with the reason. DataError: unreadable, empty, or times that are none. ConfigurationError: a column that is not
    there.
    """
    frame = _read(file)
    for name in [mapping.time_column, *(column.tag.source for column in mapping.columns.values())]:
        if name not in frame.columns:
            raise ConfigurationError(
                f"column '{name}' is not in {file.name}", str(mapping.file), "a column of the data file",
                nearest(name, frame.columns),
            )  # fmt: skip
    times = _times(frame, mapping, file)
    samples: list[Sample] = []
    for name, column in mapping.columns.items():
        values = _values(frame[column.tag.source], file)
        samples += _column_samples(name, column, times, values, mapping.record_period)
    samples.sort(key=lambda sample: (sample.arrival_time, sample.source_time))
    return samples


def _read(file: Path) -> pl.DataFrame:
    if not file.is_file():
        raise DataError("no such file", str(file), "a Parquet or CSV file", "check the path")
    try:
        if file.suffix.lower() == ".csv":
            frame = pl.read_csv(file, try_parse_dates=True, infer_schema_length=None)
        else:
            frame = pl.read_parquet(file)
    except (pl.exceptions.PolarsError, OSError) as error:
        text = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise DataError(
            f"unreadable: {text}", str(file), "a Parquet or CSV file with a header", "is it whole, and of that kind?"
        ) from error
    if frame.is_empty():
        raise DataError("the file holds no rows", str(file), "at least one row", "is it the right file?")
    return frame


def _times(frame: pl.DataFrame, mapping: Mapping, file: Path) -> Array:
    """Row times, s since the epoch; NaN where a row has none."""
    column = frame[mapping.time_column]
    if column.dtype == pl.String:
        column = _parsed(column)
    if column.dtype == pl.Date:
        column = column.cast(pl.Datetime("us"))
    if not isinstance(column.dtype, pl.Datetime) or column.null_count() == len(column):
        raise DataError(
            f"column '{mapping.time_column}' holds no times", str(file), "dates with times",
            "name the time column in [source] time_column of the mapping",
        )  # fmt: skip
    if column.dtype.time_zone is None:
        column = column.dt.replace_time_zone(mapping.time_zone, ambiguous="earliest", non_existent="null")
    return column.dt.epoch("us").cast(pl.Float64).fill_null(math.nan).to_numpy() * 1e-6


def _parsed(column: pl.Series) -> pl.Series:
    """Texts as times; as they are when no pattern of times fits them."""
    try:
        return column.str.to_datetime(strict=False)
    except pl.exceptions.PolarsError:
        return column


def _values(column: pl.Series, file: Path) -> Array:
    """Numbers; NaN where there is none."""
    numbers = column.cast(pl.Float64, strict=False)
    if numbers.null_count() == len(numbers) and column.null_count() < len(column):
        raise DataError(f"column '{column.name}' holds no numbers", str(file), "numbers", "map another column")
    return numbers.fill_null(math.nan).to_numpy()


def _column_samples(name: str, column: Column, times: Array, values: Array, record_period: float) -> list[Sample]:
    unit, delay = column.tag.unit, column.tag.delay
    samples = []
    for time, value in zip(times.tolist(), values.tolist()):
        if math.isnan(time):
            continue
        if record_period and column.tag.role != Role.LABORATORY:
            time = (math.floor(time / record_period) + 1.0) * record_period
        if math.isnan(value) or value in column.missing_values:
            reason = "missing" if math.isnan(value) else "not_measured"
            samples.append(Sample(name, None, Quality.BAD, time, time + delay, reason))
        else:
            samples.append(Sample(name, unit.to_si(value), Quality.GOOD, time, time + delay))
    return samples
