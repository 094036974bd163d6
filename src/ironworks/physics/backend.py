"""The one place where JAX is set up: double precision and the compile cache on disk."""

import os
from pathlib import Path

import jax

CACHE_VARIABLE = "IRONWORKS_CACHE_DIR"


def cache_directory() -> Path:
    """Directory of the persistent compile cache: `IRONWORKS_CACHE_DIR`, else the user's cache directory."""
    named = os.environ.get(CACHE_VARIABLE)
    if named:
        return Path(named) / "jax"
    return Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "ironworks" / "jax"


def configure() -> None:
    """Switch JAX to float64 and let it keep compiled programs on disk.

    Element closure to 1e-10 is out of reach of float32, so float64 is not an option but a condition.
    A cache directory already chosen by the caller (`JAX_COMPILATION_CACHE_DIR`) is left alone.
    """
    jax.config.update("jax_enable_x64", True)
    if "JAX_COMPILATION_CACHE_DIR" not in os.environ:
        jax.config.update("jax_compilation_cache_dir", str(cache_directory()))
    jax.config.update("jax_persistent_cache_min_compile_time_secs", 1.0)
