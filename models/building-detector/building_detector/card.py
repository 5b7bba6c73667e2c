"""The model card: what a run's record says, in words for the people who map with the model."""

from string import Template

FIGURES = Template("""\
| question | answer |
| --- | --- |
| Of the area that is building or was called building, how much is both? (IoU) | $iou |
| Of the area it calls building, how much is? (precision) | $precision |
| Of the area that is building, how much does it find? (recall) | $recall |
| Of $objects buildings, how many are found as one, overlapping by half or more? (recall by building) | $object_recall |
| Of the $predicted outlines it draws, how many are such a building? (precision by building) | $object_precision |
| Both together (F1 by building) | $object_f1 |""")

CARD = Template("""\
# Model card: $title

This card was written from the record of the training run; every figure in it was computed, none was typed.

## What it does

It marks buildings in aerial images seen from straight above, in natural colours (red, green, blue). For each pixel it
says how likely the pixel is part of a building; what reaches $threshold is taken as building.

## What it learned from

$buildings buildings drawn by people (or by the script that made the scene) on $chips image tiles, at $gsd m a pixel.
The area lies within longitude $west to $east and latitude $south to $north.

$pixels

The three parts share no pixel. A building on a border counts in one part only, the one its interior point lies in.

## How good it is

Measured on the test part, which the training never saw:

$figures

## How sure it is

$sureness

## Where it fails

- The test part lies beside the training part. In another town, and more so in another country, with other roofs, light
  or camera, expect clearly worse results: look at some of them, and retrain with labels from there.
- Houses that touch, or that a person would separate by a line no wider than a pixel or two, come out as one outline.
- It is for imagery of about $gsd m a pixel. Finer imagery is averaged down to that; coarser imagery is not for it.
- Outlines are what a picture shows, roofs: not walls, plots, use or height. No one should lose or get help, land or
  rights by its answer alone: have people who know the place check it.

## How it was made

A U-Net trained from scratch for $steps steps of $batch windows in $minutes minutes on $threads threads
($cpu, instructions: $cap), seed $seed. The weights are $megabytes MB; their digest is $weights.
With the same package, data, parameters, thread count and instructions, training gives the same digest again.

| | |
| --- | --- |
| code commit | $commit |
| package | $package |
| dataset | $dataset |
| environment | Python $python, lock $lock |
""")


CALIBRATED = Template("""\
Confidence says how likely an outline is one building as a person would draw it, overlapping it by half or more. It was
fitted on $fitted outlines of the validation part; on the $measured of the test part it is off by $after on average, where the
plain mean of the probabilities would be off by $before (expected calibration error, 10 bins; reliability.png). It holds for
places like these and the threshold $threshold; elsewhere confidence is too high where the model does worse.""")

UNCALIBRATED = """\
There were too few outlines to learn from how sure it may be: confidence is the mean probability inside an outline, which is no
share of outlines that are right."""


def write_card(record: dict, title: str, calibration: dict | None) -> str:
    """The card as Markdown. `record` is what evaluate writes (record.json), `calibration` calibration.json."""
    metrics, dataset, parameters = record["metrics"], record["dataset"], record["parameters"]
    west, south, east, north = (f"{value:.4f}" for value in dataset["extent"])
    pixels = "\n".join(
        f"- {name}: {facts['pixels'] * record['gsd'] ** 2 / 1e4:.1f} ha, {facts['buildings']} buildings"
        for name, facts in record["splits"].items()
    )
    return CARD.substitute(
        title=title,
        figures=figures(metrics),
        sureness=UNCALIBRATED if calibration is None else sureness(calibration),
        threshold=f"{record['threshold']:.2f}",
        buildings=f"{dataset['buildings']:,}",
        chips=dataset["chips"],
        gsd=f"{record['gsd']:.2f}",
        west=west,
        south=south,
        east=east,
        north=north,
        pixels=pixels,
        steps=parameters["steps"],
        batch=parameters["batch"],
        minutes=f"{record['seconds'] / 60:.0f}",
        threads=record["threads"],
        cpu=record["cpu"]["class"],
        cap=record["cpu"]["cap"],
        seed=record["seed"],
        megabytes=f"{record['weights']['size'] / 1e6:.1f}",
        weights=record["weights"]["digest"],
        commit=record["commit"] or "not committed",
        package=record["package_digest"],
        dataset=dataset["digest"],
        python=record["environment"]["python"],
        lock=record["environment"]["lock_digest"],
    )


def sureness(calibration: dict) -> str:
    """What calibration.json says, in words."""
    return CALIBRATED.substitute(
        fitted=calibration["fitted_on"],
        measured=calibration["measured_on"],
        threshold=f"{calibration['threshold']:.2f}",
        **{name: f"{value * 100:.1f} %" for name, value in calibration["error"].items()},
    )


def figures(metrics: dict[str, float]) -> str:
    """The figures of a test part (test_iou and so on) as a Markdown table."""
    shares = ("iou", "precision", "recall", "object_f1", "object_precision", "object_recall")
    return FIGURES.substitute(
        {name: f"{metrics[f'test_{name}'] * 100:.0f} %" for name in shares},
        objects=int(metrics["test_objects"]),
        predicted=int(metrics["test_predicted"]),
    )
