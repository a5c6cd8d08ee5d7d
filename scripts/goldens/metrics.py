"""Makes test/goldens/metrics.json: scores of a classifier's probabilities and predictions, by torch.

    /usr/bin/python3 scripts/goldens/metrics.py

Formulas are written out from the definitions: scikit-learn's for precision, recall, F1, average precision and ROC AUC (one against all others),
torchmetrics' for the calibration error.
"""
import json
import pathlib

import torch
from torch.nn import functional as F

from counter_values import counter_values

GOLDENS = pathlib.Path(__file__).resolve().parent.parent.parent / "test" / "goldens"
SAMPLES, CLASSES = 60, 5


def report(predicted, labels):
    """Class 4 has no samples and no predictions: it takes no part."""
    rows = []
    for k in range(CLASSES):
        hit = ((predicted == k) & (labels == k)).sum().item()
        called, there = (predicted == k).sum().item(), (labels == k).sum().item()
        if called + there == 0:
            continue
        precision = hit / called if called else 0.0
        recall = hit / there if there else 0.0
        f1 = 2 * precision * recall / (precision + recall) if hit else 0.0
        rows.append([precision, recall, f1, there])
    rows = torch.tensor(rows, dtype=torch.float64)
    weights = rows[:, 3:] / rows[:, 3].sum()
    return {
        "perClass": rows.tolist(),
        "macro": rows[:, :3].mean(0).tolist(),
        "weighted": (rows[:, :3] * weights).sum(0).tolist(),
    }


def calibration_error(probabilities, labels, bins):
    confidence, predicted = probabilities.max(1)
    right = (predicted == labels).double()
    edges = torch.linspace(0, 1, bins + 1, dtype=torch.float64)
    error = 0.0
    for low, high in zip(edges[:-1], edges[1:]):
        inside = (confidence > low) & (confidence <= high)
        if inside.any():
            error += inside.double().mean() * (confidence[inside].mean() - right[inside].mean()).abs()
    return error.item()


def area(scores, positive):
    """Share of pairs of a positive and a negative that are in order."""
    pairs = scores[positive][:, None] - scores[~positive][None]
    return ((pairs > 0).double() + 0.5 * (pairs == 0).double()).mean().item()


def average_precision(scores, positive):
    """The precision at each positive's own score, averaged over the positives."""
    at_least = scores[None] >= scores[positive][:, None]
    return ((at_least & positive).sum(1) / at_least.sum(1)).double().mean().item()


def multilabel():
    """Four classes, of which a sample has none to all; scores have ties, and class 3 is never there."""
    targets = counter_values((SAMPLES, 4), 5, 0, 1) < torch.tensor([0.5, 0.2, 0.7, 0.0])
    scores = (4 * (counter_values((SAMPLES, 4), 6, -1, 1) + 0.6 * targets)).round() / 2 - 0.3
    called = scores > 0
    hits, there, told = ((targets & called).sum(0), targets.sum(0), called.sum(0))
    f1 = 2 * hits / (there + told)
    return {
        "targets": targets.int().flatten().tolist(),
        "scores": [round(v, 6) for v in scores.flatten().tolist()],
        "precision": (hits / told).tolist(),
        "recall": (hits / there)[:3].tolist(),
        "f1": f1.tolist(),
        "averagePrecision": [average_precision(scores[:, k], targets[:, k]) for k in range(3)],
        "macroF1": f1.mean().item(),
        "microF1": (2 * hits.sum() / (there.sum() + told.sum())).item(),
    }


def main():
    labels = (counter_values((SAMPLES,), 1, 0, 4)).long()
    scores = counter_values((SAMPLES, CLASSES), 2, -3, 3).double()
    scores += 2.5 * F.one_hot(labels, CLASSES) * (counter_values((SAMPLES, 1), 3, 0, 1) > 0.3)
    scores[:, 4] -= 20
    scores = (scores.float() * 2).double()
    probabilities = scores.softmax(1)
    one_hot = F.one_hot(labels, CLASSES).double()

    temperature = torch.zeros((), dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.LBFGS([temperature], max_iter=200, tolerance_grad=1e-12, tolerance_change=1e-14)

    def closure():
        optimizer.zero_grad()
        loss = F.cross_entropy(scores / temperature.exp(), labels)
        loss.backward()
        return loss

    optimizer.step(closure)
    areas = [area(probabilities[:, k], labels == k) for k in range(CLASSES - 1)]
    counts = [(labels == k).sum().item() for k in range(CLASSES - 1)]
    top2 = (scores.topk(2, 1).indices == labels[:, None]).any(1).double().mean().item()
    golden = {
        "labels": labels.tolist(),
        "scores": [round(v, 6) for v in scores.flatten().tolist()],
        "report": report(scores.argmax(1), labels),
        "top2": top2,
        "nll": F.cross_entropy(scores, labels).item(),
        "brier": ((probabilities - one_hot) ** 2).sum(1).mean().item(),
        "calibrationError": {bins: calibration_error(probabilities, labels, bins) for bins in (5, 15)},
        "temperature": temperature.exp().item(),
        "areas": areas,
        "macroArea": sum(areas) / len(areas),
        "weightedArea": sum(a * c for a, c in zip(areas, counts)) / sum(counts),
        "multilabel": multilabel(),
    }
    (GOLDENS / "metrics.json").write_text(json.dumps(golden, separators=(",", ":")) + "\n")


main()
