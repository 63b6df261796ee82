"""The order in which .NET's ``List.Sort`` leaves elements, equal ones among them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")
SMALL = 16  # parts of this size are sorted by insertion


def introsort(items: list[T], compare: Callable[[T, T], int]) -> None:
    """Sorts in place as .NET does: not stable where there are three elements or more than sixteen."""

    def swap_if_greater(a: int, b: int) -> None:
        if a != b and compare(items[a], items[b]) > 0:
            items[a], items[b] = items[b], items[a]

    def insertion_sort(low: int, high: int) -> None:
        for last in range(low + 1, high + 1):
            moving, hole = items[last], last
            while hole > low and compare(moving, items[hole - 1]) < 0:
                items[hole] = items[hole - 1]
                hole -= 1
            items[hole] = moving

    def partition(low: int, high: int) -> int:
        """Moves smaller elements before the median of three, and gives its place."""
        middle = low + (high - low) // 2
        swap_if_greater(low, middle)
        swap_if_greater(low, high)
        swap_if_greater(middle, high)
        pivot = items[middle]
        items[middle], items[high - 1] = items[high - 1], items[middle]
        left, right = low, high - 1
        while left < right:
            left += 1
            while compare(items[left], pivot) < 0:
                left += 1
            right -= 1
            while compare(pivot, items[right]) < 0:
                right -= 1
            if left >= right:
                break
            items[left], items[right] = items[right], items[left]
        items[left], items[high - 1] = items[high - 1], items[left]
        return left

    def sift_down(root: int, size: int, low: int) -> None:
        moving = items[low + root - 1]
        while root <= size // 2:
            child = 2 * root
            if child < size and compare(items[low + child - 1], items[low + child]) < 0:
                child += 1
            if compare(moving, items[low + child - 1]) >= 0:
                break
            items[low + root - 1] = items[low + child - 1]
            root = child
        items[low + root - 1] = moving

    def heapsort(low: int, high: int) -> None:
        size = high - low + 1
        for root in range(size // 2, 0, -1):
            sift_down(root, size, low)
        for last in range(size, 1, -1):
            items[low], items[low + last - 1] = items[low + last - 1], items[low]
            sift_down(1, last - 1, low)

    def sort(low: int, high: int, depth: int) -> None:
        while high > low:
            size = high - low + 1
            if size == 3:
                swap_if_greater(low, high - 1)
                swap_if_greater(low, high)
                swap_if_greater(high - 1, high)
                return
            if size <= SMALL:
                insertion_sort(low, high)
                return
            if depth == 0:
                heapsort(low, high)
                return
            depth -= 1
            middle = partition(low, high)
            sort(middle + 1, high, depth)
            high = middle - 1

    sort(0, len(items) - 1, 2 * max(len(items).bit_length() - 1, 0))
