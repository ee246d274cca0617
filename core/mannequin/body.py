"""How long and how thick a mannequin is: textbook anthropometry, never fitted to the pose model.

References
----------
Winter, "Biomechanics and Motor Control of Human Movement", 4th ed. 2009, fig. 4.1 (after Drillis &
Contini 1966): segment lengths as fractions of stature, measured between joint centres.
Bell, Pedersen & Brand, "A comparison of the accuracy of several hip center location prediction
methods", J. Biomech. 23 (1990): hip centres lie 14 % of the pelvis width inside each iliac spine,
which puts them about 0.10 of stature apart.
Gordon et al., "2012 Anthropometric Survey of U.S. Army Personnel" (ANSUR II), medians of the girths;
radius = girth / 2π.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Build:
    """One body: stature, and how far its girths are from the median.

    Attributes
    ----------
    limb_girth, trunk_girth
        Factors on the median radii of limbs and of trunk.
    """

    name: str
    stature_m: float = 1.75
    limb_girth: float = 1.0
    trunk_girth: float = 1.0

    def length(self, fraction: float) -> float:
        """Return a length in metres from a fraction of stature."""
        return fraction * self.stature_m


SLIM = Build("slim", stature_m=1.80, limb_girth=0.86, trunk_girth=0.86)
AVERAGE = Build("average")
HEAVY = Build("heavy", stature_m=1.70, limb_girth=1.18, trunk_girth=1.30)
BUILDS = (SLIM, AVERAGE, HEAVY)

# Winter 2009, fig. 4.1, fractions of stature.
THIGH = 0.245
SHANK = 0.246
ANKLE_HEIGHT = 0.039
TRUNK = 0.288
"""Hip centre to shoulder centre (greater trochanter to glenohumeral joint)."""
UPPER_ARM = 0.186
FOREARM = 0.146
HAND = 0.108
FOOT = 0.152
HEEL_BACK = 0.040
"""Ankle centre to the back of the heel, along the sole; the toes get the rest of the foot."""
HALF_HIPS = 0.050
"""Half the distance between the hip centres (Bell 1990)."""
HALF_SHOULDERS = 0.108
"""Half of biacromial breadth (0.129) less the 0.021 by which the joint centre lies inside the acromion."""
HEAD_CENTRE = 0.118
"""Shoulder line (0.818) to the eyes' height (0.936), where the skull is centred."""
