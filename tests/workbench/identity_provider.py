"""A small identity provider for tests: discovery, one key, tokens as honest or as forged as a test wants."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT, SECRET = "firstpoint", "a-secret-that-both-sides-hold"


class IdentityProvider:
    """Serves on a port of its own until it is closed; ``person`` holds the claims of whoever signs in there.

    ``forge`` changes the claims or the token itself before it is handed out.
    """

    def __init__(self) -> None:
        self.key = RSAKey.generate_key(2048, {"kid": "one"})
        self.person: dict[str, object] = {}
        self.forge = lambda claims: claims
        self.sign = self.signed
        self.says: dict[str, object] = {}
        self.codes: dict[str, dict[str, str]] = {}
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.issuer = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    def authorise(self, address: str) -> str:
        """Where a browser that was sent to ``address`` is sent back to, with a code."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        assert (asked["response_type"], asked["client_id"]) == ("code", CLIENT)
        assert asked["code_challenge_method"] == "S256"
        code = f"code-{len(self.codes)}"
        self.codes[code] = asked
        return f"{asked['redirect_uri']}?code={code}&state={asked['state']}"

    def discovery(self) -> dict[str, object]:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorise",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "id_token_signing_alg_values_supported": ["RS256", "none", "HS256"],
            **self.says,
        }

    def token(self, posted: dict[str, str], authorisation: str) -> dict[str, object]:
        asked = self.codes.pop(posted["code"])
        assert base64.b64decode(authorisation.split()[1]).decode() == f"{CLIENT}:{SECRET}"
        proof = hashlib.sha256(posted["code_verifier"].encode()).digest()
        assert base64.urlsafe_b64encode(proof).rstrip(b"=").decode() == asked["code_challenge"]
        assert posted["redirect_uri"] == asked["redirect_uri"]
        now = int(time.time())
        claims = {"iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 300,
                  "nonce": asked["nonce"], **self.person}  # fmt: skip
        return {
            "access_token": "unused",
            "token_type": "Bearer",
            "expires_in": 300,
            "id_token": self.sign(self.forge(claims)),
        }

    def signed(self, claims: dict[str, object]) -> str:
        return jwt.encode({"alg": "RS256", "kid": "one"}, claims, self.key)


def _handler(provider: IdentityProvider) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            said = {
                "/.well-known/openid-configuration": provider.discovery,
                "/keys": lambda: {"keys": [provider.key.as_dict(private=False)]},
            }
            self._answer(said[self.path]())

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            posted = {name: values[0] for name, values in parse_qs(body).items()}
            self._answer(provider.token(posted, self.headers["Authorization"]))

        def _answer(self, said: dict[str, object]) -> None:
            body = json.dumps(said).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            return

    return Handler
