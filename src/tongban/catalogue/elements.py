"""The 105 elements of an item after GB/T 39554.2-2020, and where each lives here. Pure.

`python -m tongban.catalogue.elements` writes docs/elements.md; a test compares the two, and every
path below with the models.
"""

from __future__ import annotations

from dataclasses import dataclass

# Group → its heading.
GROUPS = {
    "base": "What it is",
    "time": "How long it takes",
    "handle": "How it is used",
    "flow": "How it goes",
    "fee": "What it costs",
    "fee[]": "Each fee",
    "material[]": "Each material",
    "step[]": "Each step",
    "result": "What comes of it",
    "intermediary": "Services people must buy first",
    "faq[]": "Each frequent question",
    "contact": "Whom to ask",
    "remedy": "Rights",
    "place": "Towns and villages",
}


@dataclass(frozen=True)
class StandardElement:
    """One element of the standard.

    `lives`: a path in the guide ("guide.materials[].name"), or a model and its column
    ("Offering.code"); several if it is kept in parts.
    """

    field: str
    zh: str
    group: str
    lives: tuple[str, ...]
    note: str = ""


_TABLE = """
base name 事项名称 Offering.name
base catalog_code 基本编码 Item.code
base local_catalog_code 地方基本编码 guide.authority.local_code | else Item.code
base task_code 实施编码 Offering.code | the first 31 characters
base task_handle_item 业务办理项编码 Offering.code | all 33 characters
base task_type 事项类型 Item.type | read through the source's code map
base task_version 事项版本 GuideVersion.number
base task_state 事项状态 GuideVersion.state Offering.withdrawn_at
base by_law 设定依据 guide.basis
base power_source 权力来源 guide.authority.power
base use_level 行使层级 Offering.level
base dept_name 实施主体 Offering.agency | its name
base dept_code 实施主体编码 Offering.agency | its credit code
base dept_type 实施主体性质 guide.authority.nature
base entrust_name 委托部门 guide.authority.entrusted_by
base central_dept 中央业务指导部门 guide.authority.guided_by
base other_dept 联办机构 guide.authority.partners
base plan_effective_date 计划生效日期 GuideVersion.effective_on Item.effective_on
base plan_cancel_date 计划取消日期 GuideVersion.ends_on Item.ends_on
base server_type 服务对象 guide.served Offering.audiences
base user_topic_type 面向自然人事项主题分类 Offering.themes | themes whose audience is persons
base corp_topic_type 面向法人事项主题分类 Offering.themes | themes whose audience is firms
time project_type 办件类型 guide.limits.kind | with 审查类型 in guide.limits.review
time anticipate_day 法定办结时限 guide.limits.statutory
time anticipate_type 法定办结时限单位 guide.limits.unit | one unit for both limits
time anticipate_explain 法定办结时限说明 guide.limits.statutory_note
time promise_day 承诺办结时限 guide.limits.promised
time promise_type 承诺办结时限单位 guide.limits.unit | one unit for both limits
time promise_explain 承诺办结时限说明 guide.limits.note
time special_procedure 特别程序 guide.limits.special
handle accept_condition 受理条件 guide.conditions
handle limit_explain 数量限制 guide.quota
handle handle_type 办理形式 guide.channels.ways
handle limit_scene_num 到办事现场次数 guide.visits
handle limit_scene_explain 必须现场办理原因说明 guide.visits_reason
handle is_online 是否网办 guide.online
handle online_handle_depth 网上办理深度 guide.channels.depth guide.channels.level
handle online_handle_url 网办地址 guide.website
handle is_single_login 计算机端是否对接单点登录 guide.channels.computer_sign_on
handle link_addr 计算机端在线办理跳转地址 guide.channels.computer_url
handle app_is_single_login 移动端是否对接单点登录 guide.channels.mobile_sign_on
handle mobile_terminal_url 移动端办理地址 guide.channels.mobile_url
handle is_handle_by_dept_sys 是否通过部门业务系统办理 guide.channels.system.used
handle dept_sys_name 部门业务系统名称 guide.channels.system.name
handle dept_sys_url 部门业务系统地址 guide.channels.system.url
handle dept_sys_type 业务系统运行网络 guide.channels.system.network
handle handle_area 通办范围 guide.channels.reach
handle is_entry_center 是否进驻政务大厅 guide.channels.in_centre guide.windows
handle center_name 大厅名称 guide.windows[].centre guide.hall | centres by code, others in words
handle transact_addr 办理地点 guide.windows guide.place
handle transact_time 办理时间 guide.windows guide.hours | a centre's are in the directory
handle traffic_guide 交通指引 guide.windows guide.directions | a centre's are in the directory
handle is_schedule 是否支持预约办理 guide.channels.appointments.offered
handle schedule_num 每天可预约办理量 guide.channels.appointments.a_day
handle is_express 是否支持物流快递 guide.channels.courier.offered
handle is_mail_material 是否支持申报材料邮寄 guide.channels.courier.materials
handle is_mail_result 是否支持办件结果邮寄 guide.channels.courier.results
handle is_service_terminals 是否支持自助终端办理 guide.channels.terminals
flow handle_flow 办理流程 guide.steps | drawn from the steps
flow offline_explain 线下办理流程说明 guide.counter_process
flow online_explain 网上办理流程说明 guide.online_process
fee is_fee 是否收费 guide.payment.charged
fee fee_basis 收费依据 guide.fees[].basis
fee is_pay_online 是否支持网上支付 guide.payment.online
fee[] fee_name 收费项目名称 guide.fees[].name
fee[] fee_stand 收费标准 guide.fees[].amount guide.fees[].per guide.fees[].standard
fee[] is_desc 是否允许减免 guide.fees[].waiver | allowed where it is said who need not pay
fee[] desc_explain 允许减免的依据 guide.fees[].waiver_basis
material[] material_name 材料名称 guide.materials[].name
material[] material_type 材料类型 guide.materials[].original
material[] material_format 材料形式 guide.materials[].medium
material[] is_need 材料必要性 guide.materials[].necessity
material[] handle_case 非必要时办理情形 guide.materials[].condition
material[] source_type 来源渠道 guide.materials[].source
material[] source_explain 来源渠道说明 guide.materials[].source_note guide.materials[].issuer
material[] page_num 纸质材料份数 guide.materials[].copies
material[] page_format 纸质材料规格 guide.materials[].paper
material[] form_guid 空白表格 guide.materials[].blank
material[] example_guid 示例样表 guide.materials[].sample
material[] fill_explain 填报须知 guide.materials[].notes
material[] accept_stand 受理标准 guide.materials[].acceptance
material[] material_by_law 要求提供材料的依据 guide.materials[].basis
step[] link_name 环节名称 guide.steps[].name
step[] handle_dept_name 办理处室 guide.steps[].office
step[] handle_person_name 办理人 guide.steps[].role | by role, not by name
step[] handle_day 办理时限 guide.steps[].days
step[] handle_day_type 办理时限单位 guide.steps[].calendar_days
result result_type 审批结果类型 guide.result.kind
result result_name 审批结果名称 guide.result.name
result result_guid 审批结果样本 guide.result.sample
intermediary is_exist_intermediary 是否存在中介服务 guide.intermediaries | one or more
intermediary service_type 中介服务名称 guide.intermediaries[].name
intermediary intermediary_content 中介服务内容 guide.intermediaries[].text
faq[] question 常见问题 guide.faq[].question
faq[] answer 解答 guide.faq[].answer
contact link_way 咨询方式 guide.consult_ways
contact consult_phone 咨询电话 guide.consult_phone
contact supervise_way 监督投诉方式 guide.complaint_ways
contact complain_phone 投诉电话 guide.complaint_phone
remedy administrative_review_dept 行政复议部门 guide.reconsideration
remedy administrative_litigation_dept 行政诉讼部门 guide.litigation
remedy right_enjoy_by_law 依法享有的权利 guide.rights guide.remedies
remedy duty_perform_by_law 依法履行的义务 guide.duties
place town_code 乡镇街道代码 Offering.region | where the region is a town or street
place village_code 村居社区代码 Offering.region | where the region is a village
"""


def _read() -> tuple[StandardElement, ...]:
    found = []
    for line in _TABLE.strip().splitlines():
        places, _bar, note = line.partition(" | ")
        group, field, zh, *lives = places.split(" ")
        found.append(StandardElement(field, zh, group, tuple(lives), note))
    return tuple(found)


ELEMENTS = _read()

_INTRODUCTION = """\
# The elements of an item

GB/T 39554.2-2020 gives an item of government services 105 elements. This table says where each
lives. It is written by `python -m tongban.catalogue.elements > docs/elements.md` from
`src/tongban/catalogue/elements.py`; a test fails when the two differ, or when a path leads nowhere.

Three layers: the basic directory (基本目录) is `Item`, what an agency of a region offers (实施清单)
is `Offering`, and a 业务办理项 is an `Offering` whose code has two characters more. A guide
(`catalogue/guide.py`) is one document, versioned whole: paths that begin with `guide.` are in it,
`[]` stands for each of several. Other places are columns of `catalogue/models/`.

Elements a guide says nothing about are not stored. A flag may be yes, no, or not said. What a
source has besides is kept in `guide.extra` under the source's own names.

Sources write values in codes or words of their own: `catalogue/codes.py` has a map for each
(`CODE_MAPS`: national, Guangdong, Sichuan), one to one and back.
"""


def document() -> str:
    """docs/elements.md."""
    lines = [_INTRODUCTION]
    for group, heading in GROUPS.items():
        members = [one for one in ELEMENTS if one.group == group]
        lines += [f"## {heading}", "", "|element|name|where|", "|---|---|---|"]
        for one in members:
            where = ", ".join(f"`{path}`" for path in one.lives)
            note = f"; {one.note}" if one.note else ""
            lines.append(f"|{one.field}|{one.zh}|{where}{note}|")
        lines.append("")
    return "\n".join(lines)


if __name__ == "__main__":
    print(document(), end="")
