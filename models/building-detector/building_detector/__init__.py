"""Building Detector: the reference package, which finds building footprints in aerial RGB imagery."""

import os

# ONNX Runtime as it is published tells its maker of every session, unless this is set before it is imported.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
