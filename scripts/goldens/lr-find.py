"""The four suggestions of fastai's lr_find on two curves, by numpy: the numbers in test/train/lr-find.test.ts."""
import math

import numpy as np


def curve(wave):
    rates = [1e-7 * (10 / 1e-7) ** (i / 99) for i in range(100)]
    losses = []
    for i, rate in enumerate(rates):
        x = math.log10(rate)
        fall = 2.3 - 1.8 / (1 + math.exp(-2.2 * (x + 3.2)))
        losses.append(fall + 3 * max(0, x + 0.6) ** 2 + wave * math.sin(1.7 * i))
    return np.array(rates[10:-5]), np.array(losses[10:-5])


def valley(rates, losses):
    lengths, end, start = [1] * len(losses), 0, 0
    for i in range(1, len(losses)):
        for j in range(i):
            if losses[i] < losses[j] and lengths[i] < lengths[j] + 1:
                lengths[i] = lengths[j] + 1
            if lengths[end] < lengths[i]:
                end, start = i, i - lengths[i]
    third = (end - start) / 3
    return rates[start + int(third) + int(third / 2)]


def slide(rates, losses):
    slopes, right, left = np.gradient(losses), -1, -16
    rate = rates[left]
    while left >= -len(losses) and abs(slopes[right] - slopes[left]) > 0.005:
        rate, right, left = rates[left], right - 1, left - 1
    return rate


def steep(rates, losses):
    return rates[(np.diff(losses) / np.diff(np.log(rates))).argmin()]


for wave in (0, 0.02):
    rates, losses = curve(wave)
    print(wave, valley(rates, losses), slide(rates, losses), steep(rates, losses), rates[losses.argmin()] / 10)
