"""What models cost: roubles for a million tokens, kept by the superadmin. A request is priced when it is made."""

from collections.abc import Sequence
from decimal import Decimal

from core.actor import Actor
from core.errors import Forbidden, InvalidInput
from core.text import checked_text
from models.ai_tokens import AiModelPrice
from services.unit_of_work import SystemReason, system_unit_of_work

_MOST = Decimal("99999999.9999")
_FINEST = Decimal("0.0001")
_SET = """
INSERT INTO ai_model_prices (model, prompt_price, completion_price) VALUES ($1, $2, $3)
ON CONFLICT (model) DO UPDATE SET prompt_price = EXCLUDED.prompt_price, completion_price = EXCLUDED.completion_price
"""


async def list_prices(actor: Actor) -> Sequence[AiModelPrice]:
    """All prices, by model. Raises Forbidden for all but a superadmin."""
    _check(actor)
    async with system_unit_of_work(SystemReason.AI_POOL):
        return await AiModelPrice.all().order_by("model")


async def set_price(actor: Actor, model: str, prompt_price: Decimal, completion_price: Decimal) -> AiModelPrice:
    """The price of a model's requests from now on. Raises Forbidden, InvalidInput."""
    _check(actor)
    model = checked_text(model.strip(), field="model", least=1, most=128)
    prompt = _checked(prompt_price, "prompt_price")
    completion = _checked(completion_price, "completion_price")
    async with system_unit_of_work(SystemReason.AI_POOL) as statements:
        await statements.rows(_SET, model, prompt, completion)
    return AiModelPrice(model=model, prompt_price=prompt, completion_price=completion)


def _check(actor: Actor) -> None:
    if not actor.is_superadmin:
        raise Forbidden


def _checked(price: Decimal, field: str) -> Decimal:
    if not price.is_finite() or not 0 <= price <= _MOST or price != price.quantize(_FINEST):
        raise InvalidInput(f"{field} must be 0 to {_MOST}, in at most four decimals", field=field)
    return price
