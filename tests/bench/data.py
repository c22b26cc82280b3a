"""Rows like those of a 110 table: 36 columns of codes, names, times, addresses, numbers; same every time."""

import duckdb

ROADS = ["航海中路", "金水大道", "人民路", "建设北路", "中原西路", "淮河路", "文化宫路", "商城东路"]
TEXT = "附近有人因停车问题发生争执，请民警尽快到场处理，报警人称对方情绪激动，已有多人围观。"


def create(con: duckdb.DuckDBPyConnection, rows: int) -> list[str]:
    """A table `sample` of text columns; returns their names."""
    roads = ", ".join(f"'{road}'" for road in ROADS)
    codes = ", ".join(
        f"if((h + {n}) % 4 = 0, NULL, printf('%0{2 + n % 5}d', (h >> {n}) % 1000)) AS 字段{n:02d}"
        for n in range(20)
    )
    con.execute(f"""
        CREATE OR REPLACE TABLE sample AS
        WITH base AS (
            SELECT i, hash(i) AS h, TIMESTAMP '2026-01-01' + to_seconds(i * 17 % 23000000) AS t,
                   [{roads}][1 + i % {len(ROADS)}] AS road
            FROM range({rows}) r(i)
        )
        SELECT printf('4101%012d', i) AS 接警单编号, printf('4101%08d', h % 1000000) AS 行政区划代码,
            printf('%02d', h % 9) AS 接警类型, strftime(t, '%Y-%m-%d %H:%M:%S') AS 报警时间,
            strftime(t + INTERVAL 30 SECOND, '%Y-%m-%d %H:%M:%S') AS 接警时间,
            strftime(t + INTERVAL 90 SECOND, '%Y/%m/%d %H:%M') AS 接警完成时间,
            printf('1%010d', h % 10000000000) AS 报警电话, '张' || chr(19968 + (h % 5000)::INT) AS 报警人,
            CASE h % 3 WHEN 0 THEN '1' WHEN 1 THEN '男' ELSE '' END AS 性别,
            printf('41010119%02d%02d%02d%04d', i % 90, 1 + i % 12, 1 + i % 28, h % 10000) AS 证件号码,
            '郑州市二七区' || road || (h % 300)::VARCHAR || '号' AS 警情地址,
            '{TEXT}' || road || if(i % 50 = 0, '，"原话"' || chr(10) || '续', '') AS 报警内容,
            printf('%.6f', 113.5 + (h % 300000) / 1000000) AS 经度,
            printf('%.6f', 34.6 + (h % 200000) / 1000000) AS 纬度, {codes},
            strftime(t + INTERVAL 1 DAY, '%Y-%m-%d %H:%M:%S.%g') AS 更新时间, (i % 97)::VARCHAR AS 序号
        FROM base
    """)
    return [str(name) for name, *_ in con.execute("DESCRIBE sample").fetchall()]
