"""From the text of a request to a document that may run: parsed, measured, validated and priced once, then remembered.

One cache keyed by the text takes the place of Strawberry's parser and validation caches: it keeps short documents
only, so that its memory is bounded, and it holds the price of each operation, which needs the request's variables.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

from graphql import DocumentNode, GraphQLError, StringValueNode, ValidationRule, specified_rules, validate
from strawberry.extensions import SchemaExtension
from strawberry.schema.validation_rules.maybe_null import MaybeNullValidationRule
from strawberry.schema.validation_rules.one_of import OneOfInputValidationRule
from strawberry.types.execution import ExecutionContext, StreamExecutionResult
from strawberry.types.graphql import OperationType

from config.groups import LimitSettings
from config.settings import get_settings
from core.bounded_cache import BoundedCache
from core.errors import InvalidInput, NotAuthenticated
from core.text import is_storable
from schema.errors import TOO_COMPLEX, VALIDATION_FAILED, refusal, shown_all
from schema.types.context import Context
from schema.weight import MOST_NESTED, MOST_OBJECTS, Cost, Costs, Shape, Shapes, operations_of

MOST_COMMENTS = 1000
LONGEST_KEPT = 16_384
"""Characters of a document that is remembered."""
DEEPEST_VARIABLES = 32
MOST_ERRORS = 5
"""Told of one document: each takes time to word."""
_NOT_STORABLE = "Text must not contain NUL or half a surrogate pair"


@dataclass(frozen=True, slots=True)
class Prepared:
    """A valid document within the limits. ``costs`` and ``types`` are by operation name."""

    document: DocumentNode
    costs: Mapping[str | None, Cost]
    types: Mapping[str | None, OperationType]
    introspects: bool


_prepared: BoundedCache[str, Prepared] = BoundedCache(1000)


def ready(query: str, name: str | None, variables: Mapping[str, Any], context: Context) -> Prepared | None:
    """What was prepared before; None where anything is to be prepared or refused, which :class:`Preparation` does."""
    prepared = _prepared.get(query)
    if prepared is None or (name not in prepared.types if name is not None else len(prepared.types) != 1):
        return None
    try:
        _check_request(prepared, name, variables, context)
    except _RefusedError:
        return None
    return prepared


class Preparation(SchemaExtension):
    """Takes the place of parsing and validation. It refuses a document, or an operation with its variables."""

    execution_context: ExecutionContext
    _known: Prepared | None = None

    def on_operation(self) -> Iterator[None]:
        self.execution_context.parse_options = {  # type: ignore[typeddict-unknown-key]  # passed to graphql.parse as it is
            "max_lexical_tokens": get_settings().limits.graphql_tokens,
            "max_comments": MOST_COMMENTS,
        }
        yield

    def on_parse(self) -> Iterator[None]:
        self._known = _prepared.get(self.execution_context.query or "")
        if self._known is not None:
            self.execution_context.graphql_document = self._known.document
        yield

    def on_validate(self) -> Iterator[None]:
        try:
            prepared = self._known or self._prepare()
            context = self.execution_context
            _check_request(prepared, context._provided_operation_name, context.variables or {}, context.context)
            self.execution_context.pre_execution_errors = []
        except _RefusedError as refused:
            self.execution_context.pre_execution_errors = refused.errors
        yield

    def on_stream_result(self, result: StreamExecutionResult) -> Iterator[None]:
        """Over a socket, where nobody renders the result later."""
        result.errors = shown_all(result.errors)  # type: ignore[union-attr]  # only incremental delivery, which is off, has none
        yield

    def _prepare(self) -> Prepared:
        context = self.execution_context
        document = cast(DocumentNode, context.graphql_document)
        introspects = _check_shape(document, get_settings().limits)
        errors = validate(context.schema._schema, document, RULES, max_errors=MOST_ERRORS)
        if errors:
            closed = get_settings().is_production and context.context.known_actor is None
            raise _RefusedError(*(map(_without_names, errors) if closed else errors))
        costs = Costs(context.schema._schema, document)
        by_name = {node.name.value if node.name else None: node for node in operations_of(document)}
        prepared = Prepared(
            document,
            {name: costs.of(node) for name, node in by_name.items()},
            {name: OperationType(node.operation.value) for name, node in by_name.items()},
            introspects,
        )
        if context.query is not None and len(context.query) <= LONGEST_KEPT:
            _prepared.put(context.query, prepared)
        return prepared


def _check_request(prepared: Prepared, name: str | None, variables: Mapping[str, Any], context: Context) -> None:
    """What depends on who asks, and with which variables."""
    if prepared.introspects and get_settings().is_production and context.known_actor is None:
        raise _RefusedError(refusal("Introspection is for those who are signed in", NotAuthenticated.code))
    _check_variables(variables)
    most = get_settings().limits.graphql_cost
    # Strawberry would run the first; https://spec.graphql.org/October2021/#GetOperation() asks for a refusal.
    if len(prepared.costs) > 1 and name is None:
        raise _RefusedError(refusal("Name the operation to run: the document has several", VALIDATION_FAILED))
    cost = (prepared.costs[name] if name is not None else next(iter(prepared.costs.values()))).total(variables)
    if cost > most:
        raise _RefusedError(refusal(f"The operation costs {cost}, at most {most} is allowed", TOO_COMPLEX))


class StorableText(ValidationRule):
    """Refuses what :func:`core.text.is_storable` does, in the document's own strings."""

    def enter_string_value(self, node: StringValueNode, *_: object) -> None:
        if not is_storable(node.value):
            self.report_error(GraphQLError(_NOT_STORABLE, node, extensions={"code": InvalidInput.code}))


RULES = (*specified_rules, MaybeNullValidationRule, OneOfInputValidationRule, StorableText)


def _without_names(error: GraphQLError) -> GraphQLError:
    """To strangers in production no names are suggested: they would tell the schema that introspection keeps back."""
    return GraphQLError(error.message.split(" Did you mean")[0], error.nodes, extensions=error.extensions)


class _RefusedError(Exception):
    def __init__(self, *errors: GraphQLError) -> None:
        self.errors = list(errors)


def _check_shape(document: DocumentNode, limits: LimitSettings) -> bool:
    """Whether it introspects. Raises where it is too deep or has too many aliases."""
    shapes = Shapes(document)
    introspects = False
    for operation in operations_of(document):
        shape = shapes.of(operation.selection_set)
        introspects = introspects or shape.introspects
        for problem in _excesses(shape, limits):
            raise _RefusedError(refusal(problem, TOO_COMPLEX))
    return introspects


def _excesses(shape: Shape, limits: LimitSettings) -> Iterator[str]:
    if shape.depth > limits.graphql_depth:
        yield f"The operation is {shape.depth} levels deep, at most {limits.graphql_depth} are allowed"
    if shape.objects > MOST_OBJECTS:
        yield f"The operation selects {shape.objects} objects and fragments, at most {MOST_OBJECTS} are allowed"
    if shape.nesting > MOST_NESTED:
        yield f"The operation nests selections deeper than {MOST_NESTED}"
    if shape.aliases > limits.graphql_aliases:
        yield f"The operation has {shape.aliases} aliases, at most {limits.graphql_aliases} are allowed"


def _check_variables(variables: Mapping[str, Any]) -> None:
    """Refuses text that no database stores, and nesting that no encoder takes."""
    waiting: list[tuple[Any, int]] = [(variables, 0)]
    while waiting:
        value, depth = waiting.pop()
        if isinstance(value, str) and not is_storable(value):
            raise _RefusedError(refusal(_NOT_STORABLE, InvalidInput.code))
        if isinstance(value, dict | list):
            if depth == DEEPEST_VARIABLES:
                raise _RefusedError(refusal("Variables are nested too deeply", InvalidInput.code))
            waiting += [(item, depth + 1) for item in (value.values() if isinstance(value, dict) else value)]
