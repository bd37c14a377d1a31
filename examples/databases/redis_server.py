"""Query Redis from Pyodide in Node.js: `npx wherry run --sockets redis_server.py`; $REDIS_URL names the server."""

# /// script
# requires-python = ">=3.14"
# dependencies = ["redis>=6"]
#
# [tool.wherry]
# prefer = "index"
# ///

import os

import redis

server = redis.Redis.from_url(os.environ.get("REDIS_URL", "redis://localhost:6379"), decode_responses=True)
print(f"Redis answers {'yes' if server.ping() else 'no'}")
cargo = "wherry:example:cargo"
with server.pipeline() as pipeline:
    pipeline.delete(cargo)
    pipeline.zadd(cargo, {"tea": 12, "timber": 180.5, "thé vert": 3})
    pipeline.execute()
for name, tons in server.zrevrange(cargo, 0, -1, withscores=True):
    print(f"{name}: {float(tons):g} t")
server.delete(cargo)
server.close()
