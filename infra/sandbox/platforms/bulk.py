"""Many plain rows in the platforms, for measurements: valid values, no story behind them.

Each function replaces what its platform holds; the next `sanling sandbox push` brings the city back.
"""

from pathlib import Path

import duckdb

from infra.sandbox.identifiers import id_check
from infra.sandbox.platforms import applied, behaviour, delivery, emergency, intake, petition_store, police
from infra.sandbox.platforms.emergency import ACCIDENT as ACCIDENT_REPORT
from infra.sandbox.platforms.petition_store import PETITION as PETITION_RESOURCE
from infra.sandbox.platforms.police_table import INCIDENT

SPACING = 20  # seconds between two rows; a million of them fill about eight months
# A few hundred valid ID numbers and narratives of the usual length, so that neither all rows are equal nor
# every value is new: dictionary pages then shrink them about as much as a city's.
COMMON = """
CREATE TEMP TABLE base AS
SELECT
    i,
    TIMESTAMP '2026-01-01' + to_seconds(i * $spacing) AS t,
    strftime(t, '%Y-%m-%d %H:%M:%S') AS began,
    strftime(t + INTERVAL 3 MINUTE, '%Y-%m-%d %H:%M:%S') AS soon,
    strftime(t + INTERVAL 9 HOUR, '%Y-%m-%d %H:%M:%S') AS later,
    lpad(CAST(i AS VARCHAR), 12, '0') AS number,
    '4101' || ['02', '03', '04', '05', '06', '08'][1 + i % 6] || '001000' AS township,
    '1' || lpad(CAST(3000000000 + (i * 7919) % 6999999999 AS VARCHAR), 10, '0') AS phone,
    ['王', '李', '张', '刘', '陈', '杨', '赵'][1 + i % 7] || ['伟', '芳', '秀英', '㛃'][1 + i % 4] AS name,
    CASE WHEN i % 3 = 0 THEN $ids[1 + i % len($ids)] END AS id_no,
    '郑州市中原区建设路' || (i % 900 + 1) || '号院' || (i % 40 + 1) || '号楼' AS place,
    printf('%.6f', 113.5 + (i % 100000) / 1e6) AS lon,
    printf('%.6f', 34.7 + (i % 90000) / 1e6) AS lat,
    '报警人称与邻居因楼上漏水发生争吵，要求出警处理，双方情绪激动，已到场调解。编号' || i
    || repeat('，现场有多人围观', CAST(1 + i % 9 AS INTEGER)) AS story
FROM range($rows) AS numbers(i)
"""
POLICE = """
SELECT
    'J4101' || number AS JJDBH, township AS XZQHDM, '01' AS JJLX,
    began AS BJSJ, soon AS JJSJ, soon AS JJWCSJ,
    phone AS BJDH, name AS BJRMC, CAST(1 + i % 2 AS VARCHAR) AS BJRXBDM, phone AS LXDH,
    CASE WHEN id_no IS NOT NULL THEN '111' END AS BJRZJDM, id_no AS BJRZJHM,
    place AS JQDZ, story AS BJNR, township AS GXDWDM, '建设路派出所' AS GXDWMC,
    ['060000', '070000', '050000', '020000'][1 + i % 4] AS JQLBDM, '070000' AS CSJQLBDM,
    '3' AS JQDJDM, '04' AS JQCLZTDM, lon AS FXDWJD, lat AS FXDWWD,
    CASE WHEN i % 20 = 0 THEN '1' END AS GLLX, '0' AS HBBS, '0' AS WXBS, '0' AS SCBS, '0' AS SFBM,
    '1' AS SFJA, later AS JASJ, '电话' AS JJLYLX, later AS GXSJ, later AS RKSJ
FROM base
"""
PETITION = """
SELECT
    'XF4101' || number AS XFJBH, 'SX' || number AS XFSXBH, began[:10] AS XFRQ, began AS DJSJ,
    '市信访局' AS DJDW, name AS XM, id_no AS SFZH, phone AS SJHM, place AS ZZ,
    ['来信', '来访', '网信', '电话'][1 + i % 4] AS XFXS, CAST(1 + i % 7 AS VARCHAR) AS XFRS,
    '求决' AS XFMD, township AS WTSDDM, place AS WTFSD, began[:10] AS WTFSRQ,
    '反映楼上漏水问题' AS TSZT, story AS XFNR, '房产物业' AS NRFL, '区住建局' AS ZRBM,
    NULL::VARCHAR AS XBSJ, '已办结' AS XFJZT, later AS BJSJ, NULL::VARCHAR AS ZLWH, later AS GXSJ
FROM base
"""
ACCIDENT = """
SELECT
    'SG4101' || number AS 事故编号, '某公司高处坠落事故' AS 事故名称, began AS 发生时间,
    township AS 行政区划代码, place AS 事故地点, lon AS 经度, lat AS 纬度, 'CGCS2000' AS 坐标系统,
    '09' AS 事故类别, '04' AS 事故等级, CAST(i % 3 AS VARCHAR) AS 死亡人数,
    CAST(i % 5 AS VARCHAR) AS 重伤人数, '0' AS 轻伤人数, '12.5' AS "直接经济损失（万元）",
    '郑州某建筑有限公司' AS 事故单位名称, NULL::VARCHAR AS 统一社会信用代码, name AS 联系人,
    phone AS 联系电话, story AS 简要经过, NULL::VARCHAR AS 关联警情编号, '已结案' AS 处置状态,
    soon AS 报送时间, later AS 更新时间
FROM base
"""


def police_rows(rows: int) -> int:
    """Fill the 110 table; returns its rows."""
    applied.write(INCIDENT.feed, {})
    with _base(rows) as con:
        return police.bulk_load(INCIDENT, con.execute(POLICE))


def petition_rows(rows: int) -> int:
    """Fill the petition API and take away its limits and faults; returns its rows."""
    applied.write(PETITION_RESOURCE.feed, {})
    behaviour.write(behaviour.Behaviour(fault_rate=0, rate_per_second=0))
    with _base(rows) as con:
        names = [str(entry[0]) for entry in con.execute(PETITION).description or []]
        row = petition_store.json_of(names, PETITION_RESOURCE.count)
        reader = con.execute(
            f"SELECT epoch_us(GXSJ::TIMESTAMP) AS time, {row} AS row FROM ({PETITION}) ORDER BY time"
        )
        petition_store.publish(reader.to_arrow_reader(petition_store.ROWS_A_BATCH), PETITION_RESOURCE.file)
    return rows


def accident_file(rows: int, target: Path) -> delivery.Delivery:
    """Write one GB18030 CSV of accidents with its control file, here or in the SFTP server's folder."""
    with _base(rows) as con:
        body = emergency.csv_body(con.execute(ACCIDENT).to_arrow_table())
    return delivery.deliver(target, body, rows, "lines")


def accident_folder() -> Path:
    """The folder that the SFTP server shows as /outbox/accident."""
    return ACCIDENT_REPORT.folder()


def _base(rows: int) -> duckdb.DuckDBPyConnection:
    con = intake.connect()
    bodies = [f"41010219{50 + n % 50}{1 + n % 12:02d}{1 + n % 28:02d}{n % 1000:03d}" for n in range(700)]
    ids = [body + id_check(body) for body in bodies]
    con.execute(COMMON, {"rows": rows, "spacing": SPACING, "ids": ids})
    return con
