"""Files of made-up items in the shape of the real catalogues."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from tongban.catalogue.importing.guangdong import Guangdong
from tongban.catalogue.importing.sichuan import Sichuan
from tongban.directory.uscc import check_character

BODY = "11990100000000001"
BODY += check_character(BODY)
OTHER_BODY = "11990100000000002"
OTHER_BODY += check_character(OTHER_BODY)


def gd_row(number: int = 1, **changes: str) -> dict[str, str]:
    """A row in Guangdong's columns. `serial` and `parent` besides these."""
    serial, body = changes.pop("serial", ""), changes.get("dept_uscc", BODY)
    kind, level = changes.get("task_type", "21"), changes.get("use_level", "3")
    basic = changes.get("catalog_code", f"99{kind}20{number:03d}000")
    code = f"{body}{level}{basic}"
    row = {
        "task_code": code + serial,
        "impl_code31": code,
        "handle_item_seq": serial,
        "dept_uscc": body,
        "use_level": level,
        "catalog_code": basic,
        "task_name": f"河灯会场地登记第{number}项",
        "sub_task_name": "",
        "parent_catalog_code": basic,
        "parent_catalog_name": f"河灯会场地登记第{number}项",
        "task_type": kind,
        "task_type_text": {"21": "公共服务", "01": "行政许可", "20": "其他行政权力"}.get(kind, ""),
        "dept_name": "云州市文化局",
        "org_code": body[8:17],
        "area_code": "990100",
        "area_name": "云泽省云州市",
        "level_text": {"2": "省级", "3": "市级"}[level],
        "legal_days": "20",
        "promise_days": "5",
        "days_unit": "工作日",
        "visits": "0",
        "online": "1",
        "appointment": "是",
        "courier": "否",
        "platform": "",
        "location": "云州市望江路1号3号窗口",
        "accept_condition": "在本市举办河灯会的人。",
        "consult_phone": "0990-5550100",
        "complain_phone": "0990-5550101",
        "themes": "文化体育|其他",
        "service_objects": "自然人|企业法人",
        "materials": "场地登记表|安全预案",
        "co_dept": "",
    }
    return row | changes


def sc_row(number: int = 1, **changes: str) -> dict[str, str]:
    """A row in Sichuan's columns."""
    basic = changes.get("local_basic_code", f"511A0990{number:06d}")
    body = changes.get("body_code", BODY)
    row = {
        "dept": "区文化局",
        "main_item": "河灯会登记",
        "name": f"河灯会登记第{number}种",
        "item_code": f"{basic}-511602000000-000-{body}-1-00",
        "local_basic_code": basic,
        "area_code": "511602000000",
        "body_code": body,
        "task_type": "20",
        "task_type_text": "公共服务",
        "dept_code": "00990099",
    }
    return row | changes


def as_csv(rows: list[dict[str, str]], columns: list[str] | None = None) -> str:
    """The rows as CSV with a header."""
    known = Guangdong.columns if not rows or "task_code" in rows[0] else Sichuan.columns
    text = io.StringIO()
    writer = csv.DictWriter(text, columns or list(rows[0] if rows else known))
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def write_csv(path: Path, rows: list[dict[str, str]], encoding: str = "utf-8") -> Path:
    """The rows as a CSV file."""
    path.write_bytes(as_csv(rows).encode(encoding))
    return path
