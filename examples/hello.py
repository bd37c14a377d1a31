# /// script
# requires-python = ">=3.12"
# dependencies = ["pydantic", "msgpack"]
#
# [tool.wherry]
# prefer = "index"
# ///
"""Two packages with compiled extensions at work inside WebAssembly.

Run it with `npx wherry run hello.py`: wherry reads the header above and installs both first.
"""

import sys
from datetime import date
from importlib.metadata import version

import msgpack
from pydantic import BaseModel, PositiveInt, ValidationError


class Crossing(BaseModel):
    """One trip of a ferry."""

    river: str
    day: date
    passengers: PositiveInt


crossing = Crossing.model_validate({"river": "Thames", "day": "1613-08-12", "passengers": "5"})
packed = msgpack.packb(crossing.model_dump(mode="json"))
arrived = Crossing.model_validate(msgpack.unpackb(packed))

print(f"Python {sys.version.split()[0]} on {sys.platform}")
print(f"pydantic {version('pydantic')} (pydantic-core {version('pydantic-core')}), msgpack {version('msgpack')}")
print(f"{crossing!r}")
print(f"  -> {len(packed)} bytes of MessagePack -> equal again: {arrived == crossing}")

try:
    Crossing(river="Styx", day="soon", passengers=-1)
except ValidationError as error:
    print(f"and pydantic refused a bad crossing for {error.error_count()} reasons:")
    for problem in error.errors():
        print(f"  {problem['loc'][0]}: {problem['msg']}")
