"""Draw the house from its imports: ``python tools/house_picture.py`` writes ``docs/gambar/rumah.svg``.

A box is a room with its number of modules and the rooms within it. An arrow leads to a room that is imported:
full where a function calls it, dashed where only the names of types are taken. What is already reached over
another room has no arrow of its own; nor has the foundation, on which all rooms stand. The drawing holds its
arrows as text, by which a test sees that it is out of date; it is the same bytes on every run with the same
matplotlib.
"""

from __future__ import annotations

import ast
import json
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "lokus"
PICTURE = ROOT / "docs" / "gambar" / "rumah.svg"

# Where each room stands, column and row: those who use a room stand above it.
PLACES = {
    "cli": (1.5, 8.0),
    "panel": (2.7, 8.0),
    "batch": (0.3, 8.0),
    "kajian": (1.5, 7.0),
    "stages": (1.5, 6.0),
    "example": (-0.05, 7.0),
    "draft": (0.1, 6.0),
    "manifest": (3.1, 6.0),
    "settings": (0.95, 4.9),
    "show": (2.5, 4.75),
    "choice": (1.95, 3.3),
    "followup": (3.1, 3.3),
    "intake": (0.1, 3.2),
    "evidence": (1.3, 2.05),
    "places": (0.1, 2.0),
}
# Messages, findings, errors, characters nobody sees, writing files and how much of one is read: they import
# no room.
FOUNDATION = ("characters", "errors", "files", "findings", "garbage", "i18n", "limits", "subject")
# A stage is a function of the study and names its type; it takes nothing else of it.
NOT_DRAWN = {("stages", "kajian")}

WIDTH = 1.1
INK, FAINT, FILL = "#1f2a37", "#7b8794", "#eef3f7"


def modules() -> list[Path]:
    """Modules that stand in a room; the front page of the package names them all and stands in none."""
    return sorted(path for path in PACKAGE.rglob("*.py") if path != PACKAGE / "__init__.py")


def room_of(path: Path) -> str:
    """Name of the room that a module of the package belongs to; ``python -m lokus`` is the command."""
    first = path.relative_to(PACKAGE).with_suffix("").parts[0]
    return "cli" if first == "__main__" else first


def imports(node: ast.AST, *, types_only: bool = False) -> Iterator[tuple[str, bool]]:
    """Every module of the package that is imported, wherever that stands, and whether only for types."""
    for child in ast.iter_child_nodes(node):
        guard = child.test if isinstance(child, ast.If) else None
        for_types = types_only or (isinstance(guard, ast.Name) and guard.id == "TYPE_CHECKING")
        names: list[str] = []
        if isinstance(child, ast.ImportFrom):
            parts = [alias.name for alias in child.names]
            names = [f"lokus.{part}" for part in parts] if child.module == "lokus" else [child.module or ""]
        elif isinstance(child, ast.Import):
            names = [alias.name for alias in child.names]
        yield from ((name, for_types) for name in names if name.startswith("lokus."))
        yield from imports(child, types_only=for_types)


def room_imports() -> dict[tuple[str, str], bool]:
    """Pairs of rooms, the first importing the second, and whether only names of types are taken."""
    pairs: dict[tuple[str, str], bool] = {}
    rooms = {room_of(path) for path in modules()}
    for path in modules():
        own = room_of(path)
        for name, for_types in imports(ast.parse(path.read_text(encoding="utf-8"))):
            other = name.split(".")[1]
            if other in rooms and other != own and (own, other) not in NOT_DRAWN:
                pairs[own, other] = pairs.get((own, other), True) and for_types
    return pairs


def arrows() -> dict[str, str]:
    """List the imports that do not follow from others: ``"show → choice"``, ``"calls"`` or ``"types"``."""
    pairs = {pair: kind for pair, kind in room_imports().items() if not {*pair} & {*FOUNDATION}}

    def reached_otherwise(start: str, goal: str) -> bool:
        seen, waiting = {start}, [start]
        while waiting:
            room = waiting.pop()
            following = {other for one, other in pairs if one == room and (one, other) != (start, goal)}
            if goal in following:
                return True
            waiting += following - seen
            seen |= following
        return False

    return {
        f"{one} → {other}": "types" if for_types else "calls"
        for (one, other), for_types in sorted(pairs.items())
        if not reached_otherwise(one, other)
    }


def drawn(picture: Path = PICTURE) -> dict[str, str]:
    """Arrows of a picture that was written, as it holds them."""
    text = picture.read_text(encoding="utf-8")
    start = text.index("{", text.index("<dc:description>"))
    held: dict[str, str] = json.loads(text[start : text.index("</dc:description>")])
    return held


def draw(target: Path = PICTURE) -> None:
    """Write the picture."""
    import matplotlib as mpl

    mpl.use("Agg")
    import matplotlib.pyplot as plt
    from matplotlib.patches import FancyArrowPatch, FancyBboxPatch

    counts = Counter(room_of(path) for path in modules())
    homeless = sorted(counts.keys() ^ {*PLACES, *FOUNDATION})
    if homeless:
        raise SystemExit(f"PLACES must name each room and no other: {', '.join(homeless)}")
    with mpl.rc_context({"svg.hashsalt": "lokus", "svg.fonttype": "none"}):
        figure = plt.figure(figsize=(8.6, 8.2))
        axes = figure.add_axes((0, 0, 1, 1))
        axes.set(xlim=(-0.85, 3.85), ylim=(0.45, 8.45))
        axes.axis("off")

        def write(x: float, y: float, text: str, size: float, colour: str = INK, **more: Any) -> None:
            style: dict[str, Any] = {"ha": "center", "va": "center", **more}
            axes.text(x, y, text, fontsize=size, color=colour, **style)

        def box(x: float, y: float, width: float, height: float, fill: str) -> FancyBboxPatch:
            corner, round_off = (x - width / 2, y - height / 2), "round,pad=0,rounding_size=0.06"
            patch = FancyBboxPatch(
                corner, width, height, boxstyle=round_off, facecolor=fill, edgecolor=INK, linewidth=1
            )
            axes.add_patch(patch)
            return patch

        boxes = {}
        for room, (x, y) in PLACES.items():
            inner = [part.parent.name for part in sorted((PACKAGE / room).glob("*/__init__.py"))]
            rows = [" · ".join(inner[n : n + 3]) for n in range(0, len(inner), 3)]
            height = 0.44 + 0.2 * len(rows)
            top = y + height / 2
            boxes[room] = box(x, y, WIDTH, height, FILL)
            write(x, top - 0.15, room, 11, weight="bold")
            write(x, top - 0.32, "1 module" if counts[room] == 1 else f"{counts[room]} modules", 7, FAINT)
            for number, row in enumerate(rows):
                write(x, top - 0.52 - 0.2 * number, row, 7)
        box(1.5, 0.95, 4.3, 0.4, "white")
        write(1.5, 1.03, " · ".join(FOUNDATION), 11, weight="bold")
        write(1.5, 0.86, "imported by the rooms above", 7, FAINT)
        for arrow, kind in arrows().items():
            one, other = arrow.split(" → ")
            style: dict[str, Any] = {"color": INK} if kind == "calls" else {"color": FAINT, "linestyle": "--"}
            line = FancyArrowPatch(
                PLACES[one], PLACES[other], patchA=boxes[one], patchB=boxes[other], shrinkA=1, shrinkB=2,
                arrowstyle="-|>", mutation_scale=9, linewidth=1, zorder=0, **style,
            )  # fmt: skip
            axes.add_patch(line)
        write(
            3.65, 0.6, "an arrow leads to what is imported; dashed: only names of types", 7, FAINT, ha="right"
        )
        held = json.dumps(arrows(), ensure_ascii=False)
        metadata = {"Title": "The rooms of lokus", "Description": held, "Date": None, "Creator": None}
        figure.savefig(target, format="svg", metadata=metadata)
        plt.close(figure)
    lines = sum(len(path.read_text(encoding="utf-8").splitlines()) for path in modules())
    sys.stdout.write(f"{target}: {sum(counts.values())} modules, {lines} lines, {len(arrows())} arrows\n")


if __name__ == "__main__":
    draw(Path(sys.argv[1]) if len(sys.argv) > 1 else PICTURE)
