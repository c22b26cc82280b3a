"""Run with Superset's own Python: add a database, a dataset and a chart's query through its REST API.

Standard input: JSON with `role`, `uri`, `schema`, `table`, `columns`. Prints the chart's rows, or
`refused` and why, as one line of JSON. The server runs inside this process; nothing listens.
"""

import json
import sys
from typing import Any

from superset.app import create_app

USER, PASSWORD = "admin", "only-inside-this-test"


def main() -> None:
    asked = json.load(sys.stdin)
    client = create_app().test_client()
    login = {"username": USER, "password": PASSWORD, "provider": "db", "refresh": False}
    token = client.post("/api/v1/security/login", json=login).get_json()["access_token"]

    def post(path: str, body: dict[str, object]) -> dict[str, Any]:
        answer = client.post(f"/api/v1/{path}", json=body, headers={"Authorization": f"Bearer {token}"})
        if answer.status_code >= 400:
            print(json.dumps({"refused": path, "why": answer.get_data(as_text=True)[:500]}))
            sys.exit(0)
        return dict(answer.get_json())

    database = post("database/", {"database_name": asked["role"], "sqlalchemy_uri": asked["uri"]})
    dataset = post(
        "dataset/", {"database": database["id"], "schema": asked["schema"], "table_name": asked["table"]}
    )
    query = {"columns": asked["columns"], "metrics": [], "row_limit": 1000, "orderby": []}
    chart = post(
        "chart/data",
        {
            "datasource": {"id": dataset["id"], "type": "table"},
            "queries": [query],
            "result_format": "json",
            "result_type": "full",
        },
    )
    print(json.dumps({"rows": chart["result"][0]["data"]}))


main()
