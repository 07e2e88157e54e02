# A mail server for tests: MODE (plain, starttls, smtps), WAY (PLAIN, LOGIN), certificate, key.
import email
import email.policy
import json
import ssl
import sys
import time

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, SMTP

mode, way, certificate, key = sys.argv[1:]
used = []


def say(what):
    print(json.dumps(what), flush=True)


class Handler:
    async def handle_DATA(self, server, session, envelope):
        letter = email.message_from_bytes(envelope.content, policy=email.policy.default)
        say({
            "tls": session.ssl is not None or mode == "smtps",
            "user": session.auth_data,
            "way": used[-1] if used else None,
            "from": envelope.mail_from,
            "to": envelope.rcpt_tos,
            "text": envelope.content.decode("utf-8", "replace"),
            "read": letter.get_content().replace("\r\n", "\n"),
        })
        return "250 2.0.0 taken"


def known(server, session, envelope, mechanism, data):
    used.append(mechanism)
    good = data.login == b"centre" and data.password == b"s3cret"
    return AuthResult(success=good, auth_data=data.login.decode())


context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(certificate, key)


class Server(Controller):
    def factory(self):
        return SMTP(
            Handler(),
            authenticator=known,
            auth_required=True,
            auth_require_tls=mode == "starttls",
            auth_exclude_mechanism=[other for other in ("PLAIN", "LOGIN") if other != way],
            require_starttls=mode == "starttls",
            tls_context=context if mode == "starttls" else None,
        )


import socket

place = socket.socket()
place.bind(("127.0.0.1", 0))
port = place.getsockname()[1]
place.close()
server = Server(Handler(), hostname="127.0.0.1", port=port,
                ssl_context=context if mode == "smtps" else None)
server.start()
say({"port": port})
time.sleep(600)
