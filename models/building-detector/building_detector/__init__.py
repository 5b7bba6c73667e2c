"""Building Detector: the reference package, which finds building footprints in aerial RGB imagery."""
