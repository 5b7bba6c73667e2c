"""Tells the coordinate reference systems of PROJ's EPSG database as proj4 definitions, for write.ts. Needs the package pyproj.

One JSON array on standard output: code, definition without its datum, shift to WGS 84 (towgs84), accuracy of that shift in
metres, and points of the system's area of use as [longitude, latitude, x, y]. The shift is the one that PROJ ranks first of
those that need no grid file. Systems whose relation to WGS 84 is not known (a "ballpark" transformation) are left out.
"""

import json
import re
import sys
import warnings

from pyproj import CRS, database
from pyproj.transformer import Transformer, TransformerGroup

warnings.filterwarnings("ignore")
# The ellipsoids of the datums that PROJ abbreviates, by proj4's names.
ELLIPSOIDS = {
    "WGS84": "WGS84",
    "NAD83": "GRS80",
    "GGRS87": "GRS80",
    "NAD27": "clrk66",
    "OSGB36": "airy",
    "ire65": "mod_airy",
    "potsdam": "bessel",
    "hermannskogel": "bessel",
    "carthage": "clrk80ign",
    "nzgd49": "intl",
}
PLACES = ((0.5, 0.5), (0.25, 0.3), (0.75, 0.7), (0.2, 0.8), (0.8, 0.2))


def shift(operation: Transformer) -> str | None:
    """The operation's shift of datum as towgs84; None where it is of a kind that proj4 definitions do not hold."""
    definition = operation.definition
    if "ballpark" in operation.description.lower() or re.search("molobadekas|affine|deformation|grids=(?!@null)", definition):
        return None
    helmerts = [step for step in definition.split("step ") if "proj=helmert" in step]
    if len(helmerts) > 1:
        return None
    if not helmerts:
        return "0,0,0"
    given = dict(re.findall(r"(\w+)=(\S+)", helmerts[0]))
    values = [float(given.get(name, 0)) for name in ("x", "y", "z", "rx", "ry", "rz", "s")]
    if given.get("convention") == "coordinate_frame":
        values[3:6] = [-value for value in values[3:6]]
    if helmerts[0].startswith("inv "):
        values = [-value for value in values]
    return ",".join(f"{value + 0:.10g}" for value in (values if any(values[3:]) else values[:3]))


def candidate(code: int, area: tuple[float, float, float, float]) -> list[object] | None:
    """One system, or None where it cannot be told as a proj4 definition."""
    crs = CRS.from_epsg(code)
    try:
        operations = TransformerGroup(crs, 4326, always_xy=True).transformers
    except IndexError:  # pyproj's way to say that there are none
        return None
    towgs84 = shift(operations[0]) if operations else None
    if towgs84 is None:
        return None
    definition = re.sub(r" \+(type=crs|no_defs|wktext)", "", crs.to_proj4())
    definition = re.sub(r"\+datum=(\w+)", lambda found: f"+ellps={ELLIPSOIDS[found[1]]}", definition)
    west, south, east, north = area
    width = east - west + (360 if east < west else 0)
    points = []
    for across, up in PLACES:
        longitude = (west + width * across + 180) % 360 - 180
        x, y = operations[0].transform(longitude, south + (north - south) * up, direction="INVERSE")
        points.append([*operations[0].transform(x, y), x, y])
    return [code, definition, towgs84, operations[0].accuracy, points]


found = []
for info in database.query_crs_info(auth_name="EPSG"):
    if info.type.name in ("PROJECTED_CRS", "GEOGRAPHIC_2D_CRS") and info.area_of_use is not None:
        told = candidate(int(info.code), info.area_of_use.bounds)
        if told is not None:
            found.append(told)
json.dump(found, sys.stdout)
