"""The report of an evaluation: how a version does on data that are given to it, beside what its record tells."""

from string import Template

from building_detector.card import figures

REPORT = Template("""\
# Evaluation: $title

This report was written from figures that were computed; none was typed. It is about the weights $weights,
trained on the dataset $learned. What reaches $threshold is taken as building.

## How good it is on these data

Measured on the test part of the dataset $dataset
($chips image tiles within longitude $west to $east and latitude $south to $north, at $gsd m a pixel):

$figures

$sureness

$relation

## How good it was where it was trained

As the record of its training tells, at $trained_gsd m a pixel:

$recorded
""")

SURENESS = "Confidence in an outline is off by $after on average here, the plain mean of the probabilities by $before."
UNCALIBRATED = "The version has no calibration: the mean of the probabilities in an outline is off by $before on average here."
NO_OUTLINES = "It draws no outline here, so nothing tells how far off its confidence is."

SAME = "These are the data that it was trained on; the test part was held out of the training."

OTHER = """\
These are other data than it was trained on. The training saw all but the test part of its own: where the two areas
overlap, the figures above may flatter."""


def write_report(evaluation: dict, record: dict, title: str) -> str:
    """The report as Markdown. `evaluation` is evaluation.json, `record` that of the version's training."""
    dataset, learned = evaluation["dataset"], record["dataset"]["digest"]
    west, south, east, north = (f"{value:.4f}" for value in dataset["extent"])
    return REPORT.substitute(
        title=title,
        weights=evaluation["weights"]["digest"],
        learned=learned,
        threshold=f"{evaluation['threshold']:.2f}",
        dataset=dataset["digest"],
        chips=dataset["chips"],
        west=west,
        south=south,
        east=east,
        north=north,
        gsd=f"{evaluation['gsd']:.2f}",
        figures=figures(evaluation["metrics"]),
        sureness=_sureness(evaluation["metrics"]),
        relation=SAME if dataset["digest"] == learned else OTHER,
        trained_gsd=f"{record['gsd']:.2f}",
        recorded=figures(record["metrics"]),
    )


def _sureness(metrics: dict[str, float]) -> str:
    told = {"after": "test_calibration_error", "before": "test_calibration_error_before"}
    shares = {name: f"{metrics[figure] * 100:.1f} %" for name, figure in told.items() if figure in metrics}
    words = SURENESS if "after" in shares else UNCALIBRATED if shares else NO_OUTLINES
    return Template(words).substitute(shares)
