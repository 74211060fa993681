"""Writing a network in the ONNX format: protocol buffers after onnx.proto (ONNX 1.16), as much of it as is needed here.

The library that would write it is as large as the runtime itself, and is wanted nowhere else.
"""

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

Attribute = int | float
_OPERATIONS = 17
_FORMAT = 9
_FLOAT, _INT, _TYPE = 1, 2, {"f": 1, "u": 2, "i": 7}


@dataclass
class Graph:
    """Nodes in the order in which they run. ``microsoft`` marks operations of the runtime's own set."""

    inputs: Mapping[str, Sequence[str | int]]
    outputs: Mapping[str, Sequence[str | int]]
    _nodes: list[bytes] = field(default_factory=list)
    _constants: list[bytes] = field(default_factory=list)

    def constant(self, name: str, values: npt.NDArray[np.generic]) -> str:
        """Float32, uint8 or int64."""
        dims = b"".join(_number(1, size) for size in values.shape)
        kind = _number(2, _TYPE[values.dtype.kind])
        self._constants.append(dims + kind + _text(8, name) + _bytes(9, np.ascontiguousarray(values).tobytes()))
        return name

    def node(
        self,
        operation: str,
        inputs: Sequence[str],
        outputs: Sequence[str],
        *,
        microsoft: bool = False,
        **more: Attribute,
    ) -> str:
        """Returns its first output."""
        names = b"".join(_text(1, name) for name in inputs) + b"".join(_text(2, name) for name in outputs)
        attributes = b"".join(_bytes(5, _attribute(name, value)) for name, value in more.items())
        domain = _text(7, "com.microsoft") if microsoft else b""
        self._nodes.append(names + _text(4, operation) + attributes + domain)
        return outputs[0]

    def model(self) -> bytes:
        graph = b"".join(
            [
                *(_bytes(1, node) for node in self._nodes),
                _text(2, "graph"),
                *(_bytes(5, constant) for constant in self._constants),
                *(_bytes(11, _value(name, dims)) for name, dims in self.inputs.items()),
                *(_bytes(12, _value(name, dims)) for name, dims in self.outputs.items()),
            ]
        )
        ours = _bytes(8, _text(1, "com.microsoft") + _number(2, 1))
        return _number(1, _FORMAT) + _bytes(7, graph) + _bytes(8, _number(2, _OPERATIONS)) + ours


def _attribute(name: str, value: Attribute) -> bytes:
    if isinstance(value, float):
        return _text(1, name) + _key(2, 5) + struct.pack("<f", value) + _number(20, _FLOAT)
    return _text(1, name) + _number(3, value) + _number(20, _INT)


def _value(name: str, dims: Sequence[str | int]) -> bytes:
    """A tensor of floats; a dimension that is a name may be of any size."""
    shape = b"".join(_bytes(1, _text(2, dim) if isinstance(dim, str) else _number(1, dim)) for dim in dims)
    return _text(1, name) + _bytes(2, _bytes(1, _number(1, _TYPE["f"]) + _bytes(2, shape)))


def _key(number: int, kind: int) -> bytes:
    return _varint(number << 3 | kind)


def _number(number: int, value: int) -> bytes:
    # A negative one is its two's complement in 64 bits.
    return _key(number, 0) + _varint(value & (1 << 64) - 1)


def _text(number: int, value: str) -> bytes:
    return _bytes(number, value.encode())


def _bytes(number: int, value: bytes) -> bytes:
    return _key(number, 2) + _varint(len(value)) + value


def _varint(value: int) -> bytes:
    parts = bytearray()
    while value > 0x7F:
        parts.append(value & 0x7F | 0x80)
        value >>= 7
    parts.append(value)
    return bytes(parts)
