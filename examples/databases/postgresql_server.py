"""Query PostgreSQL from Pyodide in Node.js: `npx wherry run --sockets postgresql_server.py`.

The database is given by $PGHOST, $PGPORT, $PGUSER, $PGPASSWORD and $PGDATABASE, as for any client of PostgreSQL.
"""

# /// script
# requires-python = ">=3.14"
# dependencies = ["pg8000>=1.31"]
#
# [tool.wherry]
# prefer = "index"
# ///

import os

import pg8000.native

connection = pg8000.native.Connection(
    os.environ.get("PGUSER", "postgres"),
    host=os.environ.get("PGHOST", "localhost"),
    port=int(os.environ.get("PGPORT", "5432")),
    password=os.environ.get("PGPASSWORD"),
    database=os.environ.get("PGDATABASE", "postgres"),
)
print(*connection.run("SELECT split_part(version(), ' ', 1)")[0])
connection.run("CREATE TEMPORARY TABLE cargo (name text, tons numeric)")
for name, tons in [("tea", 12), ("timber", 180.5), ("thé vert", 3)]:
    connection.run("INSERT INTO cargo VALUES (:name, :tons)", name=name, tons=tons)
for name, tons in connection.run("SELECT name, tons FROM cargo ORDER BY tons DESC"):
    print(f"{name}: {float(tons):g} t")
connection.close()
