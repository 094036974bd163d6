"""A process that has used the FMU ends well: with several instances, after refusals, and when it is not Python."""

import importlib
import json
import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

from ironworks.core.works import load_works

from .conftest import WORKS

fmpy = pytest.importorskip("fmpy", reason="FMPy, the tool that runs the FMU here, is not installed")
pytest.importorskip("pythonfmu", reason="the extra 'fmi' is not installed")
fmu_module = importlib.import_module("ironworks.plant.fmu")

pytestmark = [
    pytest.mark.filterwarnings("ignore"),  # of FMPy
    pytest.mark.skipif(sys.platform != "linux", reason="the native library is tried on Linux x86-64"),
]
LONGEST = 240.0  # s of wall time for the other process, which compiles the furnace anew where no cache has it
MASTER = """
import gc, json, sys
import fmpy
from fmpy.fmi2 import FMU2Slave

folder = fmpy.extract(sys.argv[1])
description = fmpy.read_model_description(folder)
reference = {v.name: v.valueReference for v in description.modelVariables}
coal, temperature, frozen = (reference[n] for n in ("coal_injection_rate", "hot_metal_temperature", "frozen"))

def started(name, **start):
    slave = FMU2Slave(guid=description.guid, unzipDirectory=folder, instanceName=name,
                      modelIdentifier=description.coSimulation.modelIdentifier)
    slave.instantiate()
    slave.setupExperiment(startTime=0.0)
    slave.setReal([reference[n] for n in start], list(start.values()))
    slave.enterInitializationMode()
    slave.exitInitializationMode()
    return slave

def said(call, *given):
    try:
        call(*given)
        return "ok"
    except Exception as error:
        return str(error)

first, second = started("first"), started("second", coal_injection_rate=-5.0)
crowd = [{f"key {i} {j}": j for j in range(20)} for i in range(2000)]  # takes what memory was freed too early
fatal = [said(first.getReal, [999]), said(first.getReal, [frozen]), said(first.setReal, [temperature], [1.0])]
discard = [said(second.doStep, 0.0, 600.0), said(first.doStep, 0.0, 1e300), said(first.doStep, 0.0, float("nan"))]
gc.collect()
second.setReal([coal], [60.0])
for slave in (first, second):
    slave.doStep(0.0, 3600.0)
values = [slave.getReal([coal, temperature]) for slave in (first, second)]
first.reset()
first.terminate()
first.freeInstance()
del first, crowd
gc.collect()
third = started("third")
whole = "Furnace" in vars(sys.modules["ironworks_furnace"])
print("RESULT" + json.dumps([fatal, discard, values, whole]))
"""  # the second and the third instance are never freed
HOST = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

struct callbacks { void *logger, *allocate, *release, *finished, *environment; };
static void logger(void *e, const char *name, int status, const char *category, const char *message, ...) {}

int main(int count, char **given) {  /* libpython, library, resources, guid, how often */
    if (!dlopen(given[1], RTLD_NOW | RTLD_GLOBAL)) { puts(dlerror()); return 3; }
    for (int i = 0; i < atoi(given[5]); i++) {
        void *library = dlopen(given[2], RTLD_NOW);
        if (!library) { puts(dlerror()); return 4; }
        void *(*make)(const char *, int, const char *, const char *, struct callbacks *, int, int)
            = dlsym(library, "fmi2Instantiate");
        int (*enter)(void *) = dlsym(library, "fmi2EnterInitializationMode");
        int (*leave)(void *) = dlsym(library, "fmi2ExitInitializationMode");
        int (*step)(void *, double, double, int) = dlsym(library, "fmi2DoStep");
        int (*terminate)(void *) = dlsym(library, "fmi2Terminate");
        void (*release)(void *) = dlsym(library, "fmi2FreeInstance");
        struct callbacks own = {logger, calloc, free, 0, 0};
        void *one = make("one", 1, given[4], given[3], &own, 0, 0);
        if (!one || enter(one) || leave(one) || step(one, 0.0, 600.0, 1) || terminate(one)) return 5;
        release(one);
        dlclose(library);
    }
    return 0;
}
"""


@pytest.fixture(scope="module")
def fmu(tmp_path_factory):
    return fmu_module.export_fmu(load_works(str(WORKS)), tmp_path_factory.mktemp("fmu") / "furnace.fmu")


def test_many_instances_and_refusals_end_well(fmu):
    command = [sys.executable, "-c", MASTER, str(fmu)]
    result = subprocess.run(command, capture_output=True, text=True, check=False, timeout=LONGEST)
    assert result.returncode == 0, result.stderr
    fatal, discard, values, whole = json.loads(result.stdout.split("RESULT")[1])
    assert all("fatal" in text for text in fatal)
    assert all("discard" in text for text in discard)
    (usual, before), (changed, after) = values
    assert usual != pytest.approx(60.0)
    assert changed == pytest.approx(60.0)
    assert before != after  # the instances do not share a furnace
    assert whole


def test_a_host_that_is_not_python_ends_well(fmu, tmp_path):
    compiler = shutil.which("cc")
    libpython = Path(sysconfig.get_config_var("LIBDIR")) / str(sysconfig.get_config_var("INSTSONAME"))
    if compiler is None or ".so" not in libpython.name or not libpython.exists():
        pytest.skip("needs a C compiler and a shared libpython")
    (tmp_path / "host.c").write_text(HOST, encoding="utf-8")
    host = tmp_path / "host"
    subprocess.run([compiler, "-w", "-o", str(host), str(tmp_path / "host.c"), "-ldl"], check=True)
    with zipfile.ZipFile(fmu) as archive:
        archive.extractall(tmp_path)
    library = tmp_path / "binaries" / "linux64" / f"{fmu_module.MODULE}.so"
    guid = fmpy.read_model_description(str(fmu)).guid
    command = [str(host), str(libpython), str(library), (tmp_path / "resources").as_uri(), guid, "2"]
    paths = os.pathsep.join(path for path in sys.path if path)
    environment = os.environ | {"PYTHONHOME": sys.base_prefix, "PYTHONPATH": paths}
    result = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=LONGEST)
    assert result.returncode == 0, result.stdout + result.stderr
