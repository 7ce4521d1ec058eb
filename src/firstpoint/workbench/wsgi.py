"""The workbench as a WSGI application, for waitress or any other server."""

import os

from django.core.wsgi import get_wsgi_application

from firstpoint.workbench.database import for_pages

# As many as a server that runs this in threads is likely to have; launch.serve says its own number before.
_THREADS = 8

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "firstpoint.workbench.settings")

application = get_wsgi_application()
for_pages(_THREADS)
