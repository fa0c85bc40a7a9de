"""Sizes of axes that are known only when a graph runs."""

from __future__ import annotations

import pytest

from crohme.graphs.sizes import Size, broadcast, product

N, K = Size.of("n"), Size.of("k")


def test_sizes_are_multiplied_and_divided_by_name() -> None:
    assert product([N, Size(8), N, Size(2)]) == Size(16, ("n", "n"))
    assert Size(16, ("n", "n")) // (8 * N) == 2 * N
    assert str(2 * N * K) == "2 * k * n"
    assert Size(2) + 3 == Size(5)
    assert str(N + K) == "n + k"


@pytest.mark.parametrize(("size", "divisor"), [(Size(9), Size(2)), (2 * N, K)])
def test_what_does_not_divide_is_an_error(size: Size, divisor: Size) -> None:
    with pytest.raises(ValueError):
        size // divisor


def test_axes_of_one_are_broadcast_and_others_must_be_alike() -> None:
    assert broadcast((K, Size(1), N), (Size(3), Size(1))) == (K, Size(3), N)
    with pytest.raises(ValueError, match="n does not fit one of k"):
        broadcast((N,), (K,))
