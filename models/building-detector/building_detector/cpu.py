"""The processor: which vector instructions may be used, and which were there. Bit-equal training depends on both."""

import os
import platform
import sys
from pathlib import Path

CAPS = {"avx2": ("AVX2", "avx2"), "avx512": ("AVX512_CORE", "avx512")}
"""Parameter value to (ONEDNN_MAX_CPU_ISA, ATEN_CPU_CAPABILITY)."""


def cap_instructions(cap: str) -> None:
    """Let torch use no wider instructions than `cap`, so that newer processors compute the same bits as older ones.

    Must be called before torch is imported, which reads the variables once. 'native' leaves the choice to the processor.
    """
    if "torch" in sys.modules:
        raise RuntimeError("cap_instructions must be called before torch is imported")
    if cap in CAPS:
        os.environ["ONEDNN_MAX_CPU_ISA"], os.environ["ATEN_CPU_CAPABILITY"] = CAPS[cap]


def cpu_class() -> str:
    """The processor's name and its widest vector instructions, as Linux tells them; elsewhere the architecture."""
    path = Path("/proc/cpuinfo")
    if not path.is_file():
        return platform.machine()
    lines = dict(line.split(":", 1) for line in path.read_text().split("\n\n")[0].splitlines() if ":" in line)
    facts = {key.strip(): value.strip() for key, value in lines.items()}
    flags = set(facts.get("flags", "").split())
    widest = next((name for name in ("avx512f", "avx2", "avx") if name in flags), platform.machine())
    return f"{facts.get('model name', platform.machine())} ({widest})"
