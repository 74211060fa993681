"""What passes by and is never stored: typing, the words of an answer as they are made."""

from collections.abc import Mapping

import orjson
import structlog
from redis.exceptions import RedisError

from config.redis import get_redis
from core.events import Visibility
from realtime.channels import ephemeral_channel

logger = structlog.get_logger(__name__)


async def publish_ephemeral(
    tenant_id: int, topic: str, frame: Mapping[str, object], *, visibility: Visibility = Visibility.PUBLIC
) -> None:
    """Send a frame to whoever watches the topic now. Lost without a word where Redis is down."""
    data = orjson.dumps({"visibility": visibility, "frame": frame})
    try:
        await get_redis().publish(ephemeral_channel(tenant_id, topic), data)
    except (RedisError, OSError) as error:
        logger.debug("frame_lost", reason=str(error))


def decode_frame(data: bytes) -> tuple[dict[str, object], Visibility]:
    """Raises ValueError, KeyError or TypeError for what is no frame."""
    envelope = orjson.loads(data)
    return dict(envelope["frame"]), Visibility(envelope["visibility"])
