"""Reads a file with GDAL, or a GeoParquet with geopandas, and writes what it found as JSON."""

import json
import sys

import geopandas
import pyogrio
from shapely.geometry import mapping


# Objects that are new have negative ids.
pyogrio.set_gdal_config_options({"OSM_USE_CUSTOM_INDEXING": "NO"})


def main(path: str) -> dict:
    if path.endswith(".parquet"):
        import pyarrow.parquet

        frame = geopandas.read_parquet(path)
        metadata = {k.decode(): v.decode() for k, v in pyarrow.parquet.read_metadata(path).metadata.items()}
        driver = "geopandas"
    else:
        osm = path.endswith(".osm")
        options = {"layer": "multipolygons", "TAGS_FORMAT": "JSON"} if osm else {}
        info = pyogrio.read_info(path, **options)
        metadata = {**(info["dataset_metadata"] or {}), **(info["layer_metadata"] or {})}
        driver = info["driver"]
        frame = pyogrio.read_dataframe(path, **options)
        if osm:
            frame = untagged(frame)
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


def untagged(frame):
    """The columns that the tags of OSM stand for, beside the tag building."""
    names = {"source:id": "id", "source:receipt": "receipt"}
    rows = [{names.get(k, k.removeprefix("cairn:")): value_of(v) for k, v in row.items()} for row in frame["other_tags"]]
    shapes = geopandas.GeoDataFrame(rows, geometry=frame.geometry.values, crs=frame.crs)
    return shapes.assign(building=frame["building"].values)


def value_of(text):
    try:
        return json.loads(text)
    except ValueError:
        return text


def plain(value):
    """A cell as JSON has it: what is missing is null."""
    if isinstance(value, list):
        return value
    if value is None or value != value:
        return None
    return value.item() if hasattr(value, "item") else value


json.dump({path: main(path) for path in sys.argv[1:]}, sys.stdout)
