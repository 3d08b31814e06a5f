"""Shades of a colour that can be read: darker on white, lighter on dark, always with enough contrast."""

from dataclasses import dataclass

ENOUGH = 4.6
WHITE, PAPER_DARK, INK_DARK = "#ffffff", "#171d26", "#0e1624"
STEP = 0.03
Points = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Shades:
    """A colour as the light and the dark pages use it."""

    light: str
    light_strong: str
    light_soft: str
    dark: str
    dark_strong: str
    dark_soft: str


def shades(colour: str) -> Shades:
    """This function will derive from a colour what can be read on light and on dark pages."""
    points = _points(colour)
    light = _until(points, WHITE, _points("#000000"))
    dark = _until(points, PAPER_DARK, _points(WHITE))
    return Shades(
        _written(light), _written(_mixed(light, _points("#000000"), 0.18)),
        _written(_mixed(light, _points(WHITE), 0.9)),
        _written(dark), _written(_mixed(dark, _points(WHITE), 0.3)),
        _written(_mixed(dark, _points(PAPER_DARK), 0.82)),
    )  # fmt: skip


def contrast(one: str, other: str) -> float:
    """This function will tell how well two colours stand out from one another: 1 to 21, as WCAG counts it."""
    bright, dim = sorted((_luminance(_points(one)), _luminance(_points(other))), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


def _until(points: Points, ground: str, towards: Points) -> Points:
    """Mixed with black or white, a little more each time, until it stands out from the ground and its softer self."""
    part = 0.0
    while part < 1 and min(_against(points, towards, part, ground)) < ENOUGH:
        part += STEP
    return _mixed(points, towards, min(part, 1))


def _against(points: Points, towards: Points, part: float, ground: str) -> tuple[float, float]:
    mixed = _mixed(points, towards, part)
    soft = _mixed(mixed, _points(ground), 0.9 if ground == WHITE else 0.82)
    return contrast(_written(mixed), ground), contrast(_written(mixed), _written(soft))


def _points(colour: str) -> Points:
    return tuple(int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))  # type: ignore[return-value]


def _written(points: Points) -> str:
    return "#" + "".join(f"{round(each * 255):02x}" for each in points)


def _mixed(one: Points, other: Points, part: float) -> Points:
    return tuple(a + (b - a) * part for a, b in zip(one, other, strict=True))  # type: ignore[return-value]


def _luminance(points: Points) -> float:
    red, green, blue = (
        each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in points
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
