"""How long one what-if takes once the data are loaded: ``python benchmarks/whatif.py``."""

from __future__ import annotations

from statistics import median
from time import perf_counter

from lokus import Kajian

REPEATS = 25


def milliseconds(work) -> float:
    """Median of several runs."""
    times = []
    for number in range(REPEATS):
        start = perf_counter()
        work(number)
        times.append(1000 * (perf_counter() - start))
    return median(times)


def main() -> None:
    kajian = Kajian.open("data/kajian/contoh-2026.toml")
    kajian.proposal  # noqa: B018 - read the data once
    weights = dict(kajian.settings.scores.weights)

    def rules(number: int) -> Kajian:
        return kajian.replace(pilihan={"jumlah": 20 + number % 10})

    def scores(number: int) -> Kajian:
        return kajian.replace(skor={"bobot": {**weights, "prevalensi": 0.3 + number / 100}})

    print("milidetik, kajian contoh dengan 256 desa, data sudah dibaca")
    print(f"  aturan lain  → usulan baru   {milliseconds(lambda n: rules(n).proposal):7.1f}")
    print(f"  bobot lain   → usulan baru   {milliseconds(lambda n: scores(n).proposal):7.1f}")


if __name__ == "__main__":
    main()
