"""Run by django-helpdesk's Python: a queue, and an agent who is signed in. Prints JSON with the session to send."""

import json
import sys

import django

django.setup()

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY, get_user_model  # noqa: E402
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402
from django.middleware.csrf import _get_new_csrf_string  # noqa: E402
from helpdesk.models import Queue  # noqa: E402

agent = get_user_model().objects.create_superuser("agent", "agent@example.com", "Benchmark-1234")
queue = Queue.objects.create(title="Support", slug="support", allow_public_submission=True)
session = SessionStore()
session[SESSION_KEY] = str(agent.pk)
session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
session[HASH_SESSION_KEY] = agent.get_session_auth_hash()
session.create()
json.dump({"session": session.session_key, "csrf": _get_new_csrf_string(), "queue": queue.pk}, sys.stdout)
