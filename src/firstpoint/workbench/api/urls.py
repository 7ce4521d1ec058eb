"""The API, and the page on which people make tokens for programs."""

from django.urls import path

from firstpoint.workbench.api import views
from firstpoint.workbench.api.openings import api
from firstpoint.workbench.gate import ASKS_ITSELF

API_URLS = api.urls
for _each in API_URLS[0]:
    # Each operation asks the policy itself; the gate cannot read a token.
    vars(_each.callback)["action"] = ASKS_ITSELF

urlpatterns = [
    path("v1/", API_URLS),
    path("tokens/", views.tokens, name="tokens"),
]
