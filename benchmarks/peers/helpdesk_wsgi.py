"""What gunicorn serves: django-helpdesk."""

from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()
