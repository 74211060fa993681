"""What ``opora up`` prints when everything runs: where to click, and a first query to paste."""

import json
import shlex

from config.settings import Settings

# The demo module has them too, but loading it takes longer than everything else that the supervisor does.
DEMO_USERS = ("admin@demo.example", "moderator@demo.example", "agent@demo.example", "customer@demo.example")
DEMO_PASSWORD = "opora-demo-1"  # noqa: S105 - known to everybody, for a tenant that holds sample data alone
_QUESTION = "Сколько устройств можно подключить к роутеру?"
_ANYBODY = "{ __typename }"  # what production answers to strangers too
_JSON = "-H 'Content-Type: application/json'"


def welcome(settings: Settings, address: str, seconds: float, *, demo: bool) -> str:
    """``address`` without a slash at its end; ``seconds`` since the start."""
    # The demo's passwords are known to everybody, so production has no demo.
    demo = demo and not settings.is_production
    lines = [
        "",
        f"Opora is ready after {seconds:.1f} s:  {address}/",
        "",
        f"  GraphQL   {address}/graphql   (GraphiQL in a browser)",
        f"  REST      {address}/docs",
        f"  State     {address}/ready",
        f"  Demo      {', '.join(DEMO_USERS)}; password {DEMO_PASSWORD}"
        if demo
        else "  Sign in   after `opora user create --email E --password P --role admin`",
        "",
        "A first query to paste:",
        "",
        *(_ask(address) if demo else [f"  {_request(address, _ANYBODY)}"]),
        "",
        "Ctrl-C stops everything.",
        "",
    ]
    return "\n".join(lines)


def _ask(address: str) -> list[str]:
    """Sign in as the demo's customer, and ask its assistant."""
    login = f'mutation {{ login(input: {{email: "{DEMO_USERS[-1]}", password: "{DEMO_PASSWORD}"}}) {{ accessToken }} }}'
    ask = f'{{ ask(question: "{_QUESTION}") {{ content confidence cited {{ source content score }} }} }}'
    extract = 'sed \'s/.*"accessToken": *"\\([^"]*\\).*/\\1/\''
    return [
        f"  TOKEN=$({_request(address, login)} | {extract})",
        f'  {_request(address, ask)} -H "Authorization: Bearer $TOKEN"',
    ]


def _request(address: str, query: str) -> str:
    body = json.dumps({"query": query}, ensure_ascii=False)
    return f"curl -s {address}/graphql {_JSON} -d {shlex.quote(body)}"
