"""Times as people say them in Russian: spans of waiting, and how long something has run."""

from datetime import timedelta

_MINUTE, _HOUR, _DAY = 60, 3600, 86400
_FORMS = {
    _MINUTE: ("минута", "минуты", "минут"),
    _HOUR: ("час", "часа", "часов"),
    _DAY: ("день", "дня", "дней"),
}


def span(least_s: int, most_s: int) -> str:
    """From two numbers of seconds: ``5-10 минут``, ``2-4 часа``, ``1 час``; less than a minute is one."""
    unit = _DAY if most_s >= 2 * _DAY else _HOUR if most_s >= 2 * _HOUR else _MINUTE
    least, most = max(1, round(least_s / unit)), max(1, round(most_s / unit))
    word = plural(most, *_FORMS[unit])
    return f"{most} {word}" if least >= most else f"{least}-{most} {word}"


def plural(count: int, one: str, few: str, many: str) -> str:
    """The word's form after a whole number: 1 час, 2 часа, 5 часов, 11 часов."""
    if 11 <= count % 100 <= 14:
        return many
    return one if count % 10 == 1 else few if 2 <= count % 10 <= 4 else many


def clock_time(passed: timedelta) -> str:
    """``00:15:30``; hours go on beyond a day."""
    seconds = max(0, int(passed.total_seconds()))
    return f"{seconds // _HOUR:02}:{seconds % _HOUR // _MINUTE:02}:{seconds % _MINUTE:02}"


def uptime(seconds: int) -> str:
    """``5d 12h 30m``."""
    return f"{seconds // _DAY}d {seconds % _DAY // _HOUR}h {seconds % _HOUR // _MINUTE}m"


def size(count: int) -> str:
    """``2.1GB``, ``450MB``, ``15.2MB``: of a number of bytes, in units of 1024."""
    value, unit = float(count), "B"
    for larger in ("KB", "MB", "GB", "TB"):
        if value < 1024:
            break
        value, unit = value / 1024, larger
    return f"{value:.1f}".removesuffix(".0") + unit
