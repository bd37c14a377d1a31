from __future__ import annotations

import pytest

from bench.floor import Planned, chain, floor, needed_paths
from bench.link import LinkSpeed


def indexed(name, *required_by):
    return Planned(name, not required_by, required_by, f"/{name}.whl", f"/simple/{name}/", f"/{name}.whl.metadata")


def distributed(name, *required_by):
    return Planned(name, not required_by, required_by, f"/distribution/{name}.whl", None, None)


def test_one_project_takes_three_sequential_round_trips():
    assert chain([indexed("a")]) == 3


def test_each_level_of_dependencies_takes_two_more_round_trips():
    assert chain([indexed("a"), indexed("b", "a"), indexed("c", "b")]) == 7


def test_the_shortest_path_to_a_project_counts():
    assert chain([indexed("a"), indexed("b", "a"), indexed("c", "b", "a")]) == 5


def test_packages_of_the_distribution_need_neither_page_nor_metadata():
    assert chain([distributed("a")]) == 1
    assert chain([indexed("a"), distributed("b", "a")]) == 3


def test_cycles_are_followed_once():
    assert chain([indexed("a"), indexed("b", "a", "c"), indexed("c", "b")]) == 7


def test_every_page_metadata_file_and_wheel_is_needed():
    assert needed_paths([indexed("a"), distributed("b", "a")]) == (
        "/simple/a/",
        "/a.whl.metadata",
        "/a.whl",
        "/distribution/b.whl",
    )


def test_the_chain_limits_small_installations():
    assert floor([indexed("a")], lambda _: 0, LinkSpeed(50, 50)) == pytest.approx(0.2)


def test_the_bandwidth_limits_large_installations():
    assert floor([indexed("a")], lambda _: 12_500_000, LinkSpeed(50, 50)) == pytest.approx(6.05)
