"""Query MariaDB or MySQL from Pyodide in Node.js: `npx wherry run --sockets mariadb_server.py`.

The database is given by $MYSQL_HOST, $MYSQL_PORT, $MYSQL_USER, $MYSQL_PASSWORD and $MYSQL_DATABASE.
"""

# /// script
# requires-python = ">=3.14"
# dependencies = ["pymysql>=1.1"]
#
# [tool.wherry]
# prefer = "index"
# ///

import os

import pymysql

connection = pymysql.connect(
    host=os.environ.get("MYSQL_HOST", "localhost"),
    port=int(os.environ.get("MYSQL_PORT", "3306")),
    user=os.environ.get("MYSQL_USER", "root"),
    password=os.environ.get("MYSQL_PASSWORD", ""),
    database=os.environ.get("MYSQL_DATABASE", "test"),
)
with connection, connection.cursor() as cursor:
    cursor.execute("SELECT VERSION()")
    print("MariaDB" if "MariaDB" in cursor.fetchone()[0] else "MySQL")
    cursor.execute("CREATE TEMPORARY TABLE cargo (name text, tons decimal(6, 1))")
    cursor.executemany("INSERT INTO cargo VALUES (%s, %s)", [("tea", 12), ("timber", 180.5), ("thé vert", 3)])
    cursor.execute("SELECT name, tons FROM cargo ORDER BY tons DESC")
    for name, tons in cursor:
        print(f"{name}: {float(tons):g} t")
