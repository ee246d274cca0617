"""The rhythm of the body as a whole: what all its landmarks do together at one frequency.

Single joints may be noisy, hidden or sampled twice a rep; a movement that repeats shows at the same frequency in many
landmarks, each with its own phase. The frequency is read from the power of all of them, and what turns with it is
their first complex principal component.

References
----------
Barnett, "Interaction of the monsoon and Pacific trade wind system", Mon. Weather Rev. 111, 1983: complex principal
components. Marple, "Computing the discrete-time analytic signal via FFT", IEEE Trans. Signal Process. 47, 1999.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.cycles import FINE_RATE_HZ, MAX_HZ, MAX_OVERSAMPLING, Trace, median
from core.geometry import midpoint
from core.landmarks import INDEX, SIDES, LandmarkTrack
from core.signals import BODY_LENGTHS, MIN_COVERAGE, Signal, body_length, bridge, coverage
from core.smoothing import smooth_angle

Floats = NDArray[np.float64]
Complex = NDArray[np.complex128]

RHYTHM = "body_rhythm"
"""Name of the signal of what turns at one frequency."""
SHAPE = "body_shape"
"""Name of the signal of how the body's shape changes most."""
LIMBS = ("shoulder", "elbow", "wrist", "hip", "knee", "ankle")
POINTS = (INDEX["nose"], *(INDEX[f"{side}_{limb}"] for limb in LIMBS for side in SIDES))
"""The points of the body's shape; hands, feet and face add noise and nothing that repeats alone."""
MIN_COLUMNS = 6
"""Three points both ways: fewer are no body."""
MIN_CYCLES = 3.0
"""Slower than this many cycles a clip is no rhythm."""
NYQUIST_SHARE = 0.96
"""A frequency closer to half the rate than this is not told from its mirror."""
GRID_STEP = 0.1
"""Steps of the frequency, in shares of what the length of the clip resolves."""
FREQUENCIES_AT_ONCE = 64
"""1 MB for 1000 samples."""
BACKGROUND_OCTAVES = 0.6
"""The power around a peak, this far to both sides, is what noise has there."""
MIN_PEAK = 6.0
"""A rhythm stands out from it at least so many times; clips with few and irregular reps reach 4 to 5."""
MAX_RHYTHMS = 2
"""The movement and its double or half: left and right in turn, or arms and legs together."""
BAND = (0.6, 1.6)
"""Band kept around the frequency, steeper than `core.cycles.BAND`: its double stays out."""


@dataclass(frozen=True)
class Rhythm:
    """What turns at one frequency: a signal to draw, and its trace to cut into cycles."""

    signal: Signal
    trace: Trace


def shape_signal(track: LandmarkTrack) -> list[Signal]:
    """Return how the shape of the body changes most: the first principal component of its points, if it is seen.

    Parameters
    ----------
    track
        ``n`` samples. Points are taken relative to the hips, so that walking, panning and zooming say nothing.

    Returns
    -------
    One signal in body lengths that the point which moves most goes, NaN where nobody is seen; or none.
    """
    columns = _columns(track, np.zeros(len(track.time_s), dtype=bool))
    if columns is None:
        return []
    centred = columns - np.median(columns, axis=1, keepdims=True)
    weights, sizes, components = np.linalg.svd(centred, full_matrices=False)
    most = weights[np.abs(weights[:, 0]).argmax(), 0]
    return [_signal(SHAPE, most * sizes[0] * components[0], track)]


def find_rhythms(track: LandmarkTrack, *, without: NDArray[np.bool_]) -> list[Rhythm]:
    """Return what turns at the strongest frequencies of the body, at most `MAX_RHYTHMS`.

    Parameters
    ----------
    track
        ``n`` samples.
    without
        ``(n,)`` samples to leave out, as of walking.
    """
    columns = _columns(track, without)
    if columns is None:
        return []
    even_s = np.linspace(track.time_s[0], track.time_s[-1], len(track.time_s))
    even = np.array([np.interp(even_s, track.time_s, column) for column in columns])
    return [_turning(even, frequency_hz, track) for frequency_hz in _frequencies(columns, track.time_s)]


def _columns(track: LandmarkTrack, without: NDArray[np.bool_]) -> Floats | None:
    """Return ``(k, n)`` coordinates relative to the hips in body lengths, gaps bridged."""
    points = track.xyz[:, :, :2]
    shape = (points - midpoint(points, "hip")[:, None]) / body_length(track)
    columns = np.where(without, np.nan, shape[:, POINTS].reshape(len(points), -1).T)
    seen = track.is_seen
    known = columns[[coverage(column, within=seen) >= MIN_COVERAGE for column in columns]]
    return bridge(known, track.time_s) if len(known) >= MIN_COLUMNS else None


def _signal(name: str, values: Floats, track: LandmarkTrack) -> Signal:
    smooth = smooth_angle(np.where(track.is_seen, values, np.nan), time_s=track.time_s)
    return Signal(name, "", BODY_LENGTHS, smooth, is_plain=False)


def _frequencies(columns: Floats, time_s: Floats) -> list[float]:
    """Return the frequencies that stand out, strongest first, from the periodogram at the true times."""
    duration_s = float(np.ptp(time_s))
    highest_hz = min(0.5 * NYQUIST_SHARE * (len(time_s) - 1) / duration_s, MAX_HZ)
    grid = np.arange(MIN_CYCLES / duration_s, highest_hz, GRID_STEP / duration_s)
    if len(grid) < 3:
        return []
    centred = columns - columns.mean(axis=1, keepdims=True)
    power = _power(centred, time_s, frequencies_hz=grid)
    octaves = np.log2(grid)
    first, last = (np.searchsorted(octaves, octaves + step) for step in (-BACKGROUND_OCTAVES, BACKGROUND_OCTAVES))
    around = [median(power[a:b]) for a, b in zip(first, last, strict=True)]
    height = power / np.maximum(around, 1e-12)
    tops = 1 + np.flatnonzero((height[1:-1] > height[:-2]) & (height[1:-1] >= height[2:]))
    strong = sorted((top for top in tops if height[top] >= MIN_PEAK), key=lambda top: -height[top])
    return [float(grid[top]) for top in strong[:MAX_RHYTHMS]]


def _power(centred: Floats, time_s: Floats, *, frequencies_hz: Floats) -> Floats:
    """Return the ``(f,)`` power of all ``(k, n)`` columns together at each of evenly spaced frequencies.

    A few at a time: all at once would be 170 MB for 1000 samples, one by one takes seconds. The waves of one block are
    those of the first, turned.
    """
    waves = np.exp(-2j * np.pi * time_s[:, None] * (frequencies_hz[:FREQUENCIES_AT_ONCE] - frequencies_hz[0]))
    turned = (centred * np.exp(-2j * np.pi * time_s * first) for first in frequencies_hz[::FREQUENCIES_AT_ONCE])
    blocks = [(np.abs(columns @ waves) ** 2).sum(axis=0) for columns in turned]
    return np.concatenate(blocks)[: len(frequencies_hz)]


def _turning(even: Floats, frequency_hz: float, track: LandmarkTrack) -> Rhythm:
    """Return the first complex principal component of ``(k, n)`` evenly sampled columns in the band of a frequency."""
    rate_hz = (len(track.time_s) - 1) / float(np.ptp(track.time_s))
    whole, banded = _analytic(even, rate_hz=rate_hz, frequency_hz=frequency_hz)
    _, vectors = np.linalg.eigh(banded @ banded.conj().T)
    pattern = vectors[:, -1] / np.abs(vectors[:, -1]).max()
    turning = (pattern.conj() @ banded) / (np.abs(pattern) ** 2).sum()
    # seen from where it swings widest
    turn = np.exp(-0.5j * np.angle((turning**2).sum()))
    values = (turn * turning).real
    as_measured = (turn * (pattern.conj() @ whole)).real / (np.abs(pattern) ** 2).sum()
    fine_s = np.linspace(track.time_s[0], track.time_s[-1], len(values))
    trace = Trace(fine_s, values, rate_hz, float(np.abs(np.diff(as_measured)).sum()))
    return Rhythm(_signal(RHYTHM, np.interp(track.time_s, fine_s, values), track), trace)


def _analytic(even: Floats, *, rate_hz: float, frequency_hz: float) -> tuple[Complex, Complex]:
    """Return the analytic signals of ``(k, n)`` columns on a finer grid, whole and in the band.

    Drift is taken out and the rest continued as its own mirror image, so that the ends do not ring.
    """
    samples = even.shape[1]
    finer = int(np.clip(round(FINE_RATE_HZ / rate_hz), 1, MAX_OVERSAMPLING))
    rest = even - np.linspace(even[:, 0], even[:, -1], samples, axis=1)
    spectrum = np.fft.rfft(np.concatenate([rest[:, :-1], -rest[:, :0:-1]], axis=1), axis=1)
    shares = np.fft.rfftfreq(2 * samples - 2, 1.0 / rate_hz) / frequency_hz
    low = 1.0 / (1.0 + (BAND[0] / np.maximum(shares, 1e-9)) ** 4)
    gain = low / (1.0 + (shares / BAND[1]) ** 8)
    whole, banded = (_fine(spectrum * weight, samples=samples, finer=finer) for weight in (1.0, gain))
    return whole, banded


def _fine(spectrum: Complex, *, samples: int, finer: int) -> Complex:
    """Return the positive frequencies as ``(k, (n - 1) * finer + 1)`` complex values."""
    fine = np.fft.ifft(2.0 * spectrum, (2 * samples - 2) * finer, axis=1) * finer
    return np.asarray(fine[:, : (samples - 1) * finer + 1])
