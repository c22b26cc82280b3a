"""The SQL that makes a raw object: every source column as text, beside the six lineage columns.

`_record_key`    `<feed>:<primary key>`, blanks removed as everywhere else (clean_text); NULL when a
                 part of the key is blank; a keyed hash when the key is classified restricted.
`_content_hash`  md5 over the values in the contract's order, then any column that it does not know.

The hash is the dearest part of a database pull, so its form is the cheapest that is still exact: values
joined by NUL and `,`, a NULL written as NUL and `;`. No PostgreSQL text, no CSV and no workbook can hold
a NUL, so two different rows cannot give the same text.
"""

from ingest.connectors import Part, identifier, quote
from ingest.contract import Contract, Property

LINEAGE = ("_batch_id", "_row_number", "_record_key", "_content_hash", "_source_uri", "_pulled_at")
SEPARATOR = "chr(0) || ','"
NULL_MARK = "chr(0) || ';'"
PLAIN_KEY = "[0-9A-Za-z]*[0-9]"  # needs no cleaning, and is the usual form: saves a second a million rows
NESTED = ("STRUCT(", "MAP(", "UNION(")


def text(name: str, kind: str) -> str:
    """SQL that gives a column as VARCHAR; `kind` is its DuckDB type.

    Timestamps become `YYYY-MM-DD HH:MM:SS[.ffffff]`, those with a zone in the connection's zone
    (Shanghai); numbers keep every digit; nested values become JSON.
    """
    column = identifier(name)
    if kind == "VARCHAR":
        return column
    if kind == "TIMESTAMP WITH TIME ZONE":
        return f"{column}::TIMESTAMP::VARCHAR"
    if kind.endswith("]") or kind.startswith(NESTED):
        return f"to_json({column})::VARCHAR"
    return f"{column}::VARCHAR"


def record_key(contract: Contract, present: set[str]) -> str:
    """SQL of `_record_key` over the text columns that are present."""
    if not all(p.physical in present for p in contract.primary_key):
        return "NULL::VARCHAR"
    return f"{quote(contract.feed + ':')} || " + " || '|' || ".join(map(_key_part, contract.primary_key))


def _key_part(p: Property) -> str:
    column = identifier(p.physical)
    if p.classification == "restricted":
        return f"pseudonym(clean_text({column}))"
    plain = f"regexp_full_match({column}, {quote(PLAIN_KEY)})"
    return f"CASE WHEN {plain} THEN {column} ELSE clean_text({column}) END"


def content_hash(contract: Contract, columns: list[str]) -> str:
    """SQL of `_content_hash` over the text columns.

    A column of the contract that the source lacks counts as NULL; an unknown one counts with its name
    and not at all when it is NULL, so neither changes the hash of a row that says the same.
    """
    known = [p.physical for p in contract.properties]
    values = [
        f"coalesce({identifier(name)}, {NULL_MARK})" if name in columns else NULL_MARK for name in known
    ]
    values += [
        f"{quote(name + '=')} || {identifier(name)}" for name in sorted(set(columns).difference(known))
    ]
    return f"md5(concat_ws({SEPARATOR}, {', '.join(values)}))"


def select(
    contract: Contract, part: Part, columns: list[tuple[str, str]], batch_id: str, pulled_at: str
) -> str:
    """The SELECT of one part: `columns` are (name, DuckDB type) of the source, in its order."""
    names = [name for name, _ in columns]
    texts = ", ".join(f"{text(name, kind)} AS {identifier(name)}" for name, kind in columns)
    return (
        f"SELECT {', '.join(map(identifier, names))}, {quote(batch_id)} AS _batch_id, _row_number, "
        f"{record_key(contract, set(names))} AS _record_key, "
        f"{content_hash(contract, names)} AS _content_hash, "
        f"_source_uri, {quote(pulled_at)} AS _pulled_at "
        f"FROM (SELECT {texts}, ({part.row_number})::BIGINT AS _row_number, "
        f"({part.uri})::VARCHAR AS _source_uri FROM {part.source})"
    )
