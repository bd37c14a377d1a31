"""Install by wherry's wheel where the page forbids evaluating JavaScript. The last value tells what happened."""

import asyncio
import json

import wherry

told = {}
here = [index_urls["open"]]


async def failure(*requirements, index_url, **network):
    installer = wherry.Installer(index_urls=[index_url], network=wherry.Network(attempts=1, **network))
    try:
        await installer.install(*requirements)
    except wherry.WherryError as error:
        return {"error": type(error).__name__, **error.facts()}
    return None


def names():
    return sorted(one.name for one in wherry.installed())


events = []
report = await wherry.install("msgpack", "pydantic", index_urls=here, on_progress=events.append)
import msgpack
from pydantic import BaseModel


class Crossing(BaseModel):
    passengers: int


told["worked"] = Crossing.model_validate(msgpack.unpackb(msgpack.packb({"passengers": "5"}))).passengers
told["installed"] = sorted(one.name for one in report.installed)
told["warnings"] = list(report.warnings)
told["phases"] = list(dict.fromkeys(event.phase for event in events))
told["most_bytes"] = max(event.bytes_done or 0 for event in events)
told["environment"] = wherry.check().environment
told["has_problems"] = bool(wherry.check())

before = names()
told["wrong_hash"] = await failure(f"{wheel_url}#sha256={'0' * 64}", index_url=here[0])
told["cut"] = await failure("idna", index_url=index_urls["cutting"])
told["endless"] = await failure("idna", index_url=index_urls["endless"], max_page_size=2**20)
told["closed"] = await failure("idna", index_url=index_urls["closed"])

begun = asyncio.Event()
silent = wherry.install("idna", index_urls=[index_urls["silent"]], on_progress=lambda _: begun.set())
running = asyncio.ensure_future(silent)
await begun.wait()
running.cancel()
told["cancelled"] = isinstance((await asyncio.gather(running, return_exceptions=True))[0], asyncio.CancelledError)
told["unchanged"] = names() == before

told["removed"] = sorted(one.name for one in wherry.uninstall("msgpack"))
lock = await wherry.lock("idna", "msgpack", index_urls=here)
told["locked"] = sorted(one.name for one in (await wherry.install_lock(str(lock))).installed)
told["synchronous"] = [one.name for one in wherry.install_sync("sortedcontainers", index_urls=here).installed]
json.dumps(told, default=str)
