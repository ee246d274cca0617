"""The table of differences: both numbers, the change, and whether it is more than the measurement's own error."""

import math
from pathlib import Path

import streamlit as st

from core.compare import Comparison, Difference, Estimate
from core.compare.errors_measured import COUNT_ERROR
from core.report.words import DASH, say

_FOLDER = Path(__file__).parent
_VERDICTS = {"larger": "more than error", "within": "within error", "unknown": "cannot be said"}
_SPACE = "\N{NO-BREAK SPACE}"

_table = st.components.v2.component(
    "repscope_differences",
    html=(_FOLDER / "table.html").read_text(encoding="utf-8"),
    css=(_FOLDER / "table.css").read_text(encoding="utf-8"),
    js=(_FOLDER / "table.js").read_text(encoding="utf-8"),
)


def show_differences(comparison: Comparison) -> None:
    """Show the table, how it was judged, and what cannot be said."""
    st.subheader("Differences", anchor=False)
    st.caption("Detectable: the least change that is more than the error of measurement and what the reps vary by.")
    _table(data=[_row(each) for each in comparison.differences], key="compare_differences")
    unsaid: dict[str, list[str]] = {}
    for each in comparison.differences:
        if each.reason:
            unsaid.setdefault(each.reason, []).append(each.label.lower())
    for reason, labels in unsaid.items():
        st.caption(f"Cannot be said of {'; '.join(labels)}: {reason}.")  # a label may hold a comma
    with st.expander("How this is judged", icon=":material/functions:"):
        st.markdown(
            _METHOD.format(
                which=_ALIKE if comparison.is_alike else _APART,
                exact=f"{1 - COUNT_ERROR**2:.2f}".lstrip("0"),
                one_off=1 / (1 - (1 - COUNT_ERROR**2) ** 2),
            )
        )


def _row(each: Difference) -> dict[str, str]:
    return {
        "kind": each.verdict,
        "label": each.label,
        "one": _mean(each.one, each),
        "other": _mean(each.other, each),
        "change": _number(each.change, each, signed=True),
        "detectable": f"±{_number(each.detectable, each)}" if math.isfinite(each.detectable) else DASH,
        "verdict": _VERDICTS[each.verdict],
    }


def _mean(estimate: Estimate, each: Difference) -> str:
    sd = say(estimate.sd, decimals=_decimals(estimate.sd, each))
    spread = f"{_SPACE}±{_SPACE}{sd}" if estimate.sd > 0 else ""
    return say(estimate.mean, f"{spread}{_unit(each)}", decimals=_decimals(estimate.mean, each))


def _number(value: float, each: Difference, *, signed: bool = False) -> str:
    return say(value, _unit(each), decimals=_decimals(value, each), signed=signed)


def _unit(each: Difference) -> str:
    return each.unit if each.unit in ("", "°") else f"{_SPACE}{each.unit}"


def _decimals(value: float, each: Difference) -> int:
    if each.name == "reps":
        return 0 if float(value).is_integer() else 1
    return 2 if each.unit == "s" else 0


_ALIKE = (
    "Exercise and camera place are the same in both, so only what varies between such sets counts as error: what the "
    "measurement gets wrong in both alike leaves the difference."
)
_APART = (
    "Exercise or camera place differ, or the exercise is not clear, so the whole error of either set counts, the "
    "systematic part included."
)
_METHOD = """
**Detectable** is the smallest change that is more than error with 95 % confidence: k·√(u₁² + u₂²). The uncertainty u
of a set's mean is √(s²/n + e²): s is the standard deviation of its n reps, so s/√n is what the reps vary by, and e is
what the measurement itself is off by. k is 1.96 for many reps and more for a few (Student's t; 2.8 where four degrees
of freedom are left).

e was measured on 64 drawn sets of squats, hinges, curls and presses with exactly known angles, through the whole of
RepScope, by camera place, and is read off at the place each clip was filmed from. {which}

Counts: of 56 real clips {exact} were counted exactly and all within one. Of two such counts one is off in 1 of
{one_off:.0f} comparisons, so a difference of one rep is within error unless one of the sets was counted by hand. Left
minus right is taken as the difference of two ranges. Real bodies, clothes and loads come on top of e and were not
measured. With eleven rows, expect a "larger" by mere chance in up to every second table.

Sources: GUM, JCGM 100:2008 (uncertainty, degrees of freedom); Weir, J Strength Cond Res 19:231, 2005 (minimal
detectable change).
"""
