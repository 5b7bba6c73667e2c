"""Reads a file with GDAL, or a GeoParquet with geopandas, and writes what it found as JSON."""

import json
import sys

import geopandas
import pyogrio
from shapely.geometry import mapping


def main(path: str) -> dict:
    if path.endswith(".parquet"):
        import pyarrow.parquet

        frame = geopandas.read_parquet(path)
        metadata = {k.decode(): v.decode() for k, v in pyarrow.parquet.read_metadata(path).metadata.items()}
        driver = "geopandas"
    else:
        options = {"layer": "multipolygons"} if path.endswith(".osm") else {}
        info = pyogrio.read_info(path, **options)
        metadata = {**(info["dataset_metadata"] or {}), **(info["layer_metadata"] or {})}
        driver = info["driver"]
        frame = pyogrio.read_dataframe(path, **options)
    return {
        "driver": driver,
        "crs": None if frame.crs is None else frame.crs.to_string(),
        "metadata": metadata,
        "valid": bool(frame.geometry.is_valid.all()),
        "bounds": [float(x) for x in frame.total_bounds],
        "rows": [
            {
                "geometry": mapping(row.geometry),
                **{name: plain(row[name]) for name in frame.columns if name != "geometry"},
            }
            for _, row in frame.iterrows()
        ],
    }


def plain(value):
    """A cell as JSON has it: what is missing is null."""
    if value is None or value != value:
        return None
    return value.item() if hasattr(value, "item") else value


json.dump({path: main(path) for path in sys.argv[1:]}, sys.stdout)
