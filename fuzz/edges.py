# Malformed bodies for the protocol of edges: PORT and the identity.json of an edge that has joined.
# No answer may be of 500 or more, and every refusal is a problem.
import collections
import http.client
import json
import random
import ssl
import sys

port, file = int(sys.argv[1]), sys.argv[2]
identity = json.load(open(file))
open("edge.pem", "w").write(identity["key"] + "\n" + identity["certificate"])
# Who answers was started by whoever calls this.
context = ssl.create_default_context()
context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
context.load_cert_chain("edge.pem")
random.seed(7)

DIGEST = "sha256:" + "0" * 64
GOOD = {
    ("POST", "/edge/v1/lease"): {"free": 1, "wait_seconds": 0},
    ("POST", "/edge/v1/heartbeat"): {"jobs": [{"id": "x", "fence": 1}]},
    ("POST", "/edge/v1/complete"): {"job": "x", "fence": 1, "results": [
        {"digest": DIGEST, "platform": "linux/amd64", "size_bytes": 1, "layers": 1, "inventory": DIGEST}]},
    ("POST", "/edge/v1/fail"): {"job": "x", "fence": 1, "error": "no"},
    ("POST", "/edge/v1/join"): {"token": "t", "region": "eu", "name": "n", "csr": "c"},
    ("POST", "/edge/v1/renew"): {"csr": "c"},
    ("PUT", "/edge/v1/clusters/c/workloads"): {"environment": "prod", "workloads": [
        {"namespace": "n", "workload": "w", "digest": DIGEST}]},
    ("PUT", "/edge/v1/blobs/" + DIGEST): {"a": 1},
    ("GET", "/edge/v1/bundle?generation=0"): None,
    ("GET", "/edge/v1/advisories"): None,
    ("GET", "/edge/v1/verdict?registry=r&repository=x&digest=" + DIGEST): None,
}
ODD = [None, True, 0, -1, 2**63, -2**63 - 1, 1e308, "", "\0", "x" * 100000, "\ud800", [], [[]], {}, {"a": {}},
       ["x"] * 5000, "../../x", "%00", "sha256:"]
PATHS = ["/edge/v1/blobs/..%2f..%2fx", "/edge/v1/blobs/sha256:zz", "/edge/v1/clusters/%00/workloads",
         "/edge/v1/clusters/" + "x" * 5000 + "/workloads", "/edge/v1/bundle?generation=x",
         "/edge/v1/bundle?generation=99999999999999999999", "/edge/v1/verdict", "/edge/v1/verdict?digest=x",
         "/edge/v1/nothing", "/api/v1/users"]


def bodies(value):
    yield from (b"", b"{", b"null", b"[]", b"[null,null,null]", b"\xff\xfe\0", b'{"a":' * 3000, b"[" * 100000, b"{}",
                b"x" * (3 << 20))
    if value is None:
        return
    text = json.dumps(value).encode()
    yield text + b" more"
    for key, held in value.items():
        yield json.dumps({k: v for k, v in value.items() if k != key}).encode()
        for odd in ODD:
            yield json.dumps({**value, key: odd}).encode()
        if isinstance(held, list):
            for inner in held[0]:
                for odd in ODD:
                    yield json.dumps({**value, key: [{**held[0], inner: odd}]}).encode()
            yield json.dumps({**value, key: held * 3000}).encode()
    for _ in range(60):
        mangled = bytearray(text)
        for _ in range(random.randint(1, 6)):
            mangled[random.randrange(len(mangled))] = random.randrange(256)
        yield bytes(mangled)


answers, wrong = collections.Counter(), []


def ask(method, path, body, kind="application/json"):
    connection = http.client.HTTPSConnection("127.0.0.1", port, context=context, timeout=40)
    try:
        connection.request(method, path, body=body, headers={} if body is None else {"Content-Type": kind})
        answer = connection.getresponse()
        text = answer.read()
        answers[answer.status] += 1
        problem = answer.headers.get("content-type") == "application/problem+json"
        if answer.status >= 500 or (answer.status >= 400 and not problem):
            wrong.append((method, path[:80], (body or b"")[:120], answer.status, text[:200]))
    except ConnectionError:
        # More than is taken: the line is closed while it is still sent.
        answers["closed"] += 1
    finally:
        connection.close()


for (method, path), value in GOOD.items():
    if value is None:
        ask(method, path, None)
        continue
    for body in bodies(value):
        ask(method, path, body)
    ask(method, path, json.dumps(value).encode(), "text/plain")
for path in PATHS:
    for method in ("GET", "PUT", "POST", "DELETE"):
        ask(method, path, b"{}")
print(sum(answers.values()), "requests of an edge:", dict(answers))
for one in wrong:
    print(one)
sys.exit(bool(wrong))
