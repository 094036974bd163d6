"""The one place where JAX is set up: double precision and the compile cache on disk."""

import os
from pathlib import Path

import jax

CACHE_VARIABLE = "IRONWORKS_CACHE_DIR"
COMPILER = {"xla_cpu_prefer_vector_width": 512}
"""`jax.jit(..., compiler_options=COMPILER)` for programs that run for long: registers as wide as the machine has them,
which makes a batch of furnaces a fifth quicker where there is AVX-512 and changes nothing elsewhere. JAX takes options
at the outermost `jit` only."""


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
