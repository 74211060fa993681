"""Making any string safe to embed."""


def embeddable(text: str) -> str:
    """``text`` without what breaks embedders: NUL (ends a C string) and lone surrogates (not UTF-8); never blank."""
    cleaned = text.replace("\0", " ").encode("utf-8", "replace").decode("utf-8")
    # An empty input is an error to OpenAI; a dash means nothing and is accepted everywhere.
    return cleaned if cleaned.strip() else "-"
