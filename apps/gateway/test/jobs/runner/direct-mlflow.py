#!/usr/bin/env python3
"""Stands in the place of `mlflow run FOLDER --entry-point NAME … -P KEY=VALUE …`, which takes seconds to load."""

import os
import sys

values = [sys.argv[i + 1].split("=", 1)[1] for i, word in enumerate(sys.argv) if word == "-P"]
os.execvp("python3", ["python3", f"{sys.argv[2]}/steps.py", sys.argv[4], *values])
