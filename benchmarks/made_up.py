"""Made-up catalogues in the columns of Guangdong's, as large as wanted.

A province's catalogue is some two thousand basic items, each offered by many agencies: Jiangsu
listed 104,174 offerings in 2017. So are these: every item is offered in every county, with the
county's own telephones and place, and with the documents its item asks for.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

from tongban.directory.uscc import check_character

JIANGSU = 104_174
GUANGDONG = 2_262


def _words(text: str) -> list[str]:
    return text.split()


SUBJECTS = _words("""
食品经营 道路货运 户外广告 公共场所卫生 劳务派遣 人力资源服务 出版物零售 房屋租赁
建筑施工 河道采砂 占用道路 临时用地 取水 排水 污水排放 危险废物处理 种子生产
兽药经营 动物诊疗 渔业捕捞 船舶登记 机动车检验 驾驶培训 客运站经营 网约车经营
旅行社设立 文艺演出 电影放映 游泳场所 健身场所 民办学校 幼儿园 教师资格 医疗机构
护士执业 医师执业 药品零售 医疗器械经营 化妆品生产 消防设施 特种设备 计量器具
检验检测 商标代理 合同备案 社会团体 慈善募捐 殡葬服务 养老机构 残疾人证
最低生活保障 临时救助 高龄津贴 失业保险金 工伤认定 养老保险转移 医保报销 公积金提取
公租房 不动产登记 户口迁移 居住证 身份证补领 港澳通行 婚姻登记 收养登记 律师执业
公证员任职 法律援助
""")
ACTS = _words("""
许可新办 许可变更 许可延续 许可注销 许可补证 备案 备案变更 年度报告 信息查询
进度查询 政策咨询 资格认定 资格复核 补贴申领 补贴停发 证明开具 异议处理 场地登记
名称核准 人员登记 设施验收 费用减免 暂停经营报告 恢复经营报告 分支机构设立
分支机构撤销 遗失声明 跨区迁入 跨区迁出 档案查阅 信用修复 事故报告
""")
_PAPERS = _words("""
申请表 营业执照 法定代表人身份证明 场地使用证明 平面图 人员名册 资格证书 委托书
承诺书 验收报告 检测报告 设备清单 管理制度 安全预案 房屋租赁合同 健康证明
无犯罪记录 近期照片 银行账户信息 上年度报告
""")


def write_catalogue(path: Path, rows: int) -> Path:
    """A CSV file of so many rows."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer: csv.DictWriter[str] | None = None
        for row in _rows(rows):
            if writer is None:
                writer = csv.DictWriter(file, list(row))
                writer.writeheader()
            writer.writerow(row)
    return path


def _rows(wanted: int) -> Iterator[dict[str, str]]:
    kinds = [(subject, act) for subject in SUBJECTS for act in ACTS]
    for count in range(wanted):
        place, number = divmod(count, len(kinds))
        yield _row(number, place, *kinds[number])


def _row(number: int, place: int, subject: str, act: str) -> dict[str, str]:
    city, county = divmod(place, 9)
    area = f"99{10 + city:02d}{county:02d}"
    bodies = f"119{area[1:]}{number % 20:09d}"
    body = bodies + check_character(bodies)
    name = f"{subject}{act}"
    kind, text = ("01", "行政许可") if number % 4 == 0 else ("21", "公共服务")
    level = "4" if county else "3"
    basic = f"99{kind}{number % 20:02d}{number // 20:03d}{number % 1000:03d}"
    papers = [_PAPERS[(number * 7 + step) % len(_PAPERS)] for step in range(number % 7)]
    days = 5 + number % 40
    return {
        "task_code": f"{body}{level}{basic}",
        "impl_code31": f"{body}{level}{basic}",
        "handle_item_seq": "",
        "dept_uscc": body,
        "use_level": level,
        "catalog_code": basic,
        "task_name": name,
        "sub_task_name": "",
        "parent_catalog_code": basic,
        "parent_catalog_name": name,
        "task_type": kind,
        "task_type_text": text,
        "dept_name": f"第{city + 1}市第{county}区第{number % 20 + 1}局",
        "org_code": body[8:17],
        "area_code": area,
        "area_name": f"云泽省第{city + 1}市" + (f"第{county}区" if county else ""),
        "level_text": "县级" if county else "市级",
        "legal_days": str(days),
        "promise_days": str(days // 3),
        "days_unit": "工作日",
        "visits": str(number % 2),
        "online": "1",
        "appointment": "是",
        "courier": "是",
        "platform": "省统一申办平台",
        "location": f"第{city + 1}市政务服务大厅{county}号楼{number % 30 + 1}号窗口",
        "accept_condition": (
            f"申请{name}的自然人、法人，具备{subject}的场地、人员和设施，近三年没有因{subject}受过处罚；"
            "属于承继、合并、分立的，另附相关证明。"
        )
        * (1 + number % 3),
        "consult_phone": f"0990-{5550000 + place}",
        "complain_phone": f"0990-{5560000 + place}",
        "themes": "准营准办|其他" if number % 3 else "医疗卫生",
        "service_objects": ("自然人", "自然人|企业法人", "企业法人|社会组织法人")[number % 3],
        "materials": "|".join(dict.fromkeys(papers)) or "无",
        "co_dept": "",
    }
