"""From a model's first token to the customer's screen, and what is shown before it is checked.

``python -m benchmarks.first_token [--questions 40]`` starts ``opora up`` with the demo tenant on a scratch directory
and, as its model, a server that answers with two sentences of the first passage, a word every 30 ms. A customer asks
the demo's questions one after another; the time is from the moment at which the model's server has its first word to
the frame with it on the customer's socket. By turns the same request is read by a bare HTTP client: what is over that
is Opora's. Then, without servers, the hand-written answers of benchmarks/data/grounding_cases.tsv, word by word: how
many begin at once, how much of them is shown before its sentence is checked, and what is shown of wrong ones until
they are withdrawn.
"""

import argparse
import asyncio
import itertools
import os
import re
import statistics
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx
from rich.console import Console
from rich.table import Table

from benchmarks.answers import questions, running
from benchmarks.grounding import rows
from benchmarks.proof import Figure, at_least, at_most, none_of
from core.languages import Language
from services import grounding
from services.ahead import Ahead
from services.documents.sentences import split_sentences
from services.extraction import sentences
from tests.doubles.openai import OpenAIDouble, running_openai
from tests.system.people import Person, sign_in

PAUSE_S = 0.03
TARGET_MS = 15.0
_FIRST_PASSAGE = re.compile(r"passage 1>>>\n[^\n]*\n(?P<text>.*?)\n<<<", re.DOTALL)
_WAIT_S = 60.0
_ASKED = 10


@dataclass
class Live:
    """Milliseconds from the model's first word: to the socket, and to a bare client; None where no word streamed."""

    shown: list[float | None] = field(default_factory=list)
    bare: list[float] = field(default_factory=list)

    @property
    def streamed(self) -> list[float]:
        return [each for each in self.shown if each is not None]

    @property
    def at_once(self) -> float:
        """Share of answers whose first word did not wait for the second."""
        return sum(each < 1000 * PAUSE_S for each in self.streamed) / len(self.shown)


@dataclass(frozen=True)
class Written:
    """An answer of the grounding cases: its sentences, and how much of each is shown before it is checked."""

    supported: bool
    sentences: Sequence[str]
    ahead: Sequence[str]

    @property
    def at_once(self) -> bool:
        return bool(self.ahead[0])


def quote(body: Mapping[str, Any]) -> str:
    """Two sentences of the first passage that the model was given."""
    passage = _FIRST_PASSAGE.search("\n".join(message["content"] for message in body["messages"]))
    if passage is None:
        return "NO_GROUND"
    plain = " ".join(line for line in passage["text"].splitlines() if line and not line.startswith("#"))
    said = re.split(r"(?<=[.!?])\s+", plain)[:2]
    return " ".join(f"{sentence.rstrip('.')} [1]." for sentence in said)


async def live(count: int) -> Live:
    double = OpenAIDouble(reply=quote, pause_s=PAUSE_S)
    with running_openai(double):
        names = {"BASE_URL": double.base_url, "API_KEY": double.api_key, "MODEL": "double-chat"}
        with running(**{f"OPORA_LLM_{name}": value for name, value in names.items()}) as (origin, _):
            async with await sign_in(origin) as customer, httpx.AsyncClient() as bare:
                return await _measure(customer, bare, double, count)


async def _measure(customer: Person, bare: httpx.AsyncClient, double: OpenAIDouble, count: int) -> Live:
    measured = Live()
    asked = questions()
    for title, text in itertools.islice(asked, 3):
        await _ask(customer, double, title, text)
    for title, text in asked:
        before = len(double.requests)
        shown = await _ask(customer, double, title, text)
        # A question that nothing answers calls a person, and no model.
        if len(double.requests) > before:
            measured.shown.append(shown)
            measured.bare.append(await _bare(bare, double))
        if len(measured.shown) == count:
            return measured
    return measured


async def _ask(customer: Person, double: OpenAIDouble, title: str, text: str) -> float | None:
    ticket_id = await customer.open_ticket(title, auto_respond=False)
    first = None
    async with customer.watch(ticket_id, stream=1) as socket:
        await customer.say(ticket_id, text)
        while True:
            frame = await socket.next(_WAIT_S)
            if frame["type"] == "delta" and first is None:
                first = 1000 * (time.monotonic() - double.first_pieces[-1])
            if frame["type"] == "message" and frame["data"]["role"] in ("assistant", "system"):
                return first


async def _bare(client: httpx.AsyncClient, double: OpenAIDouble) -> float:
    """The last request to the model once more, read by a client that does nothing else."""
    headers = {"authorization": f"Bearer {double.api_key}"}
    address = f"{double.base_url}/chat/completions"
    body = double.requests[-1].body
    async with client.stream("POST", address, headers=headers, json=body, timeout=_WAIT_S) as response:
        async for line in response.aiter_lines():
            if '"content"' in line and '"content": ""' not in line:
                return 1000 * (time.monotonic() - double.first_pieces[-1])
    raise RuntimeError("the model said nothing")


def written() -> list[Written]:
    """The hand-written answers, each over its passage, as if a model wrote them word by word."""
    passages = {row["id"]: row for row in rows("mixed_passages.tsv")}
    found = []
    for row in rows("grounding_cases.tsv"):
        ground = passages[row["ground"]]
        backed = Ahead([(sentence.text, ground["language"]) for sentence in sentences(ground["text"])])
        said = split_sentences(row["answer"], Language(row["language"]))
        found.append(Written(row["supported"] == "yes", said, [_ahead(backed, sentence) for sentence in said]))
    return found


def _ahead(backed: Ahead, sentence: str) -> str:
    ends = [match.end() for match in re.finditer(r"\s*\S+", sentence)]
    return sentence[: max((backed.reach(sentence[:end]) for end in ends[:-1]), default=0)]


def words_ahead(answers: Sequence[Written]) -> float:
    """Share of the words of answers that is shown before the check."""
    shown = sum(len(text.split()) for each in answers for text in each.ahead)
    return shown / sum(len(text.split()) for each in answers for text in each.sentences)


def whole(answers: Sequence[Written]) -> int:
    """Sentences of which every word is shown before the check."""
    pairs = [pair for each in answers for pair in zip(each.sentences, each.ahead, strict=True)]
    return sum(
        len(sentence.split()) == len(shown.split()) for sentence, shown in pairs if grounding.draft(sentence, 1).claims
    )


def facts_ahead(answers: Sequence[Written]) -> int:
    """Numbers, codes and addresses that are shown before the check."""
    return sum(len(grounding.facts(text)) for each in answers for text in each.ahead)


def prove() -> Iterator[Figure]:
    """The short form: some answers of the whole product, and all of the hand-written ones."""
    measured = asyncio.run(live(_ASKED))
    yield at_least("Answers whose first token was waited for", len(measured.shown), _ASKED)
    over = _p50(measured.streamed)
    yield at_most("First token on the customer's socket after the model's own, p50", over, TARGET_MS, "ms")
    yield at_least("Answers from the knowledge whose first token goes on at once", 100 * measured.at_once, 60, "%")
    answers = written()
    wrong = [each for each in answers if not each.supported]
    said = [sentence for each in answers for sentence in each.sentences]
    facts = sum(len(grounding.facts(sentence)) for sentence in said)
    yield none_of("Sentences that are whole before their check", whole(answers), len(said))
    yield none_of("Numbers and addresses that are shown before their check", facts_ahead(answers), facts)
    yield at_most("Words of the wrong ones that are shown, then withdrawn", 100 * words_ahead(wrong), 20, "%")


def _p50(values: Sequence[float]) -> float:
    return statistics.median(values) if values else float("inf")


def report(measured: Live, answers: Sequence[Written], console: Console) -> None:
    streamed = measured.streamed
    table = Table("first token after the model's own", "p50, ms", "p90, ms")
    for name, values in (("on the customer's socket", streamed), ("a bare HTTP client", measured.bare)):
        table.add_row(name, f"{_p50(values):.1f}", f"{statistics.quantiles(values, n=10, method='inclusive')[-1]:.1f}")
    console.print(f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}, {len(measured.shown)} answers")
    console.print(table)
    console.print(f"answers whose first token goes on at once: {measured.at_once:.0%}")
    for supported in (True, False):
        some = [each for each in answers if each.supported is supported]
        at_once = sum(each.at_once for each in some) / len(some)
        console.print(
            f"hand-written answers, {'right' if supported else 'wrong'}: {len(some)}; of {at_once:.0%} the first word"
            f" is shown at once; before the check {words_ahead(some):.0%} of the words,"
            f" {whole(some)} whole sentences, {facts_ahead(some)} numbers"
        )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--questions", type=int, default=40)
    options = parser.parse_args()
    report(asyncio.run(live(options.questions)), written(), Console(width=120))
