"""🔧 AI токены: the superadmin's tokens for chat models. Changes and the trial stand in no path of the document."""

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import UNSET, UnsetType

from core import unset
from core.actor import Actor, Role
from rest.operations import Examples, Group, Id
from rest.replyx import ai_tokens_examples as examples
from rest.replyx.done import DoneView
from rest.replyx.words import moment
from services import ai_tokens
from services.ai_tokens import TokenFields, TokenState
from services.rate_limits import Bucket

group = Group("Административные API", Bucket.OTHER)

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=128)]
Token = Annotated[str, msgspec.Meta(min_length=1, max_length=ai_tokens.LONGEST_TOKEN)]
Models = Annotated[list[str], msgspec.Meta(max_length=ai_tokens.MOST_MODELS)]
Limit = Annotated[int, msgspec.Meta(ge=0, le=2**31 - 1)]
Priority = Annotated[int, msgspec.Meta(ge=-(2**31) + 1, le=2**31 - 1)]


class AiTokenView(msgspec.Struct):
    """``token`` is masked. Limits count requests by days and months of UTC: null is unlimited, 0 is none."""

    id: int
    name: str
    token: str
    model_access: list[str]
    daily_limit: int | None
    monthly_limit: int | None
    daily_usage: int
    monthly_usage: int
    priority: int
    is_active: bool
    created_at: datetime
    base_url: str | None
    notes: str

    @classmethod
    def of(cls, row: TokenState) -> "AiTokenView":
        return cls(
            id=row.id,
            name=row.name,
            token=row.masked_token,
            model_access=list(row.model_access),
            daily_limit=row.daily_limit,
            monthly_limit=row.monthly_limit,
            daily_usage=row.daily_usage,
            monthly_usage=row.monthly_usage,
            priority=row.priority,
            is_active=row.is_active,
            created_at=moment(row.created_at),
            base_url=row.base_url,
            notes=row.notes,
        )


class AiTokenPut(msgspec.Struct):
    """What to change; what is left out stays. An empty list of models allows all."""

    name: Name | UnsetType = UNSET
    token: Token | UnsetType = UNSET
    model_access: Models | UnsetType = UNSET
    daily_limit: Limit | UnsetType | None = UNSET
    monthly_limit: Limit | UnsetType | None = UNSET
    priority: Priority | UnsetType = UNSET
    base_url: str | UnsetType | None = UNSET
    is_active: bool | UnsetType = UNSET
    notes: str | UnsetType = UNSET

    @property
    def fields(self) -> TokenFields:
        given = msgspec.structs.asdict(self)
        return TokenFields(**{name: unset.UNSET if value is UNSET else value for name, value in given.items()})


class NewAiToken(AiTokenPut, kw_only=True):
    """``name`` and ``token`` are required."""

    name: Name
    token: Token


class TokenTrial(msgspec.Struct):
    """``model`` is left out: the first that the token names."""

    model: str | None = None


class TokenTrialView(msgspec.Struct):
    success: bool
    model: str
    answer: str
    duration_ms: int


@group.get(
    "/admin/ai-tokens", "AI токены", role=Role.SUPERADMIN, examples=Examples(response=[examples.TOKEN])
)  # fmt: skip
async def list_ai_tokens(actor: Actor) -> list[AiTokenView]:
    """В порядке приоритета; сам токен не показывается никогда."""
    return [AiTokenView.of(row) for row in await ai_tokens.list_tokens(actor)]


@group.post(
    "/admin/ai-tokens", "Создание AI токена", role=Role.SUPERADMIN, status=201,
    examples=Examples(examples.NEW_TOKEN, examples.TOKEN),
)  # fmt: skip
async def create_ai_token(actor: Actor, body: NewAiToken) -> AiTokenView:
    """Токен шифруется сразу. Без `base_url` он служит адресу из OPORA_LLM_BASE_URL."""
    return AiTokenView.of(await ai_tokens.create(actor, body.fields))


@group.put(
    "/admin/ai-tokens/{token_id}", "Изменение AI токена", role=Role.SUPERADMIN, errors=(404,),
    examples=Examples(examples.TOKEN_CHANGES, examples.TOKEN),
)  # fmt: skip
async def update_ai_token(actor: Actor, token_id: Id, body: AiTokenPut) -> AiTokenView:
    """Новый токен снова в строю, даже если прежний отдыхал после отказов."""
    return AiTokenView.of(await ai_tokens.update(actor, token_id, body.fields))


@group.delete(
    "/admin/ai-tokens/{token_id}", "Удаление AI токена", role=Role.SUPERADMIN, errors=(404,),
    examples=Examples(response=examples.DELETED),
)  # fmt: skip
async def delete_ai_token(actor: Actor, token_id: Id) -> DoneView:
    """Статистика использования остаётся."""
    await ai_tokens.delete(actor, token_id)
    return DoneView(examples.DELETED["message"])


@group.post(
    "/admin/ai-tokens/{token_id}/test", "Проверка AI токена", role=Role.SUPERADMIN, errors=(404, 429, 503),
    examples=Examples({"model": "gpt-4"}, examples.TRIAL),
)  # fmt: skip
async def test_ai_token(actor: Actor, token_id: Id, body: TokenTrial) -> TokenTrialView:
    """Короткий вопрос одному этому токену; запрос считается как любой другой."""
    trial = await ai_tokens.try_out(actor, token_id, body.model)
    return TokenTrialView(True, trial.model, trial.answer, trial.duration_ms)
