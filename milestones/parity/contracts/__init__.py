"""Recorded behaviour of two systems, compared: pure, and streamed from whatever holds the recordings."""

from __future__ import annotations

from .comparison import contract
from .exchange import Exchange, read_line, shape_of, system_of
from .matrix import Matrix, matrix_of
from .noise import Noise, noise_of
from .recording import Lines, Recording, index
from .report import Contract, Endpoint, Told

__all__ = [
    "Contract", "Endpoint", "Exchange", "Lines", "Matrix", "Noise", "Recording", "Told", "contract", "index",
    "matrix_of", "noise_of", "read_line", "shape_of", "system_of",
]  # fmt: skip
