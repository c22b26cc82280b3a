"""A layer in parts that processes of dbt build side by side: no part reads or tests what another builds."""

from collections.abc import Collection, Mapping
from typing import Any

import networkx as nx

Nodes = Mapping[str, Mapping[str, Any]]  # of dbt's manifest, by id


def chosen(nodes: Nodes, folders: Collection[str], without: Collection[str] = ()) -> set[str]:
    """Ids of the models and seeds under some folders of the project, without those of some tags."""
    return {
        name
        for name, node in nodes.items()
        if node["resource_type"] in ("model", "seed")
        and node["original_file_path"].startswith(tuple(f"{folder}/" for folder in folders))
        and set(without).isdisjoint(node["tags"])
    }


def parts(nodes: Nodes, ids: Collection[str], number: int) -> list[list[str]]:
    """Names of the models in at most `number` parts of about as many nodes; tests bind what they read."""
    graph = nx.Graph()
    graph.add_nodes_from(ids)
    for name, node in nodes.items():
        read = [other for other in node["depends_on"].get("nodes", ()) if other in ids]
        if name in ids or (node["resource_type"] == "test" and read):
            graph.add_edges_from((name, other) for other in read)
    loads, found = [0] * number, [[] for _ in range(number)]  # type: tuple[list[int], list[list[str]]]
    for group in sorted(nx.connected_components(graph), key=lambda group: (-len(group), min(group))):
        lightest = loads.index(min(loads))
        loads[lightest] += len(group)
        found[lightest] += sorted(nodes[name]["name"] for name in group if name in ids)
    return [part for part in found if part]
