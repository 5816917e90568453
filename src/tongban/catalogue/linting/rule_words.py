"""The words of rules: (name, what was found, what to do, what to do in general). Pure.

The third sentence may name facts of the finding; the fourth stands in lists of many guides.
"""

from __future__ import annotations

Sentences = tuple[str, str, str, str]


def same(zh: tuple[str, str, str], en: tuple[str, str, str]) -> tuple[Sentences, Sentences]:
    return (*zh, zh[2]), (*en, en[2])


HANDLING: dict[str, tuple[Sentences, Sentences]] = {
    "promise_beyond_law": same(
        (
            "承诺时限长于法定时限",
            "承诺{promised}天，法定只有{law}天。",
            "把承诺时限改到不超过法定时限；法定时限写错的，改正法定时限。",
        ),
        (
            "Promised later than the law allows",
            "{promised} days are promised; the law allows {law}.",
            "Promise no more than the statutory limit, or correct that limit if it is wrong.",
        ),
    ),
    "immediate_mismatch": same(
        (
            "即办件前后不一致",
            "承诺时限、办件类型和审查类型里，有的说当场办结，有的不是。",
            "当场办结的：承诺时限填0，办件类型选即办件，审查类型选即审即办；否则都改成承诺件。",
        ),
        (
            "“While you wait” contradicts itself",
            "Promise, kind of case and kind of review do not agree whether it is done at once.",
            "Done at once: promise 0 days, kind “immediate”, review “on the spot”. Otherwise make"
            " it a promised case throughout.",
        ),
    ),
    "promise_mismatch": same(
        (
            "有承诺天数却标为即办件",
            "承诺{promised}天办结，办件类型却是即办件。",
            "办件类型改为承诺件；真能当场办结的，承诺时限填0。",
        ),
        (
            "Days are promised, yet it is marked immediate",
            "{promised} days are promised; the kind of case says “immediate”.",
            "Make it a promised case, or promise 0 days if it really is done at once.",
        ),
    ),
    "law_limit_missing": same(
        (
            "没有法定时限",
            "没有写法定办结时限。",
            "填写法定时限；法律没有单独规定的行政许可，按行政许可法第四十二条是二十个工作日。",
        ),
        (
            "No statutory limit",
            "The statutory time limit is not given.",
            "Give it. For a licence without a limit of its own it is 20 working days"
            " (Administrative Licensing Law, article 42).",
        ),
    ),
    "promise_missing": same(
        ("没有承诺时限", "没有写承诺办结时限。", "填写承诺时限；当场办结的填0。"),
        (
            "No promised limit",
            "It does not say by when the office promises to decide.",
            "Give the promised limit; 0 if it is done while people wait.",
        ),
    ),
    "steps_beyond_limit": same(
        (
            "各环节加起来超过时限",
            "各环节共{sum}天，时限是{limit}天。",
            "核对各环节的天数，或者改正时限。",
        ),
        (
            "Steps take longer than the limit",
            "The steps add up to {sum} days; the limit is {limit}.",
            "Check the days of each step, or correct the limit.",
        ),
    ),
    "visit_reason_missing": same(
        (
            "要到现场，没有说原因",
            "要到现场{visits}次，没有说为什么。",
            "写明必须到现场的原因；说不出原因的，取消到现场的要求。",
        ),
        (
            "No reason for the visit",
            "People must come {visits} time(s), and it does not say why.",
            "Say why they must come. If there is no reason, do without the visit.",
        ),
    ),
    "visit_reason_needless": same(
        (
            "不用到现场，却写了到现场的原因",
            "到现场次数是0，又写了到现场的原因。",
            "删掉原因；确实要到现场的，改正次数。",
        ),
        (
            "A reason for a visit nobody makes",
            "No visit is needed, yet a reason for one is given.",
            "Remove the reason, or correct the number of visits.",
        ),
    ),
    "no_visit_no_courier": same(
        (
            "不用到现场，又不能网办或邮寄",
            "到现场次数是0，又不能网上办理，办理形式里也没有快递申请。",
            "开通快递申请或网上办理；否则改正到现场次数。",
        ),
        (
            "No visit, not online, not by post",
            "Nobody need come, it is not online, and nothing may be posted.",
            "Offer it by post or online, or correct the number of visits.",
        ),
    ),
    "visit_nowhere": same(
        (
            "要到现场，没有说去哪里",
            "要到现场{visits}次，没有写办理窗口，也没有写地点。",
            "写明办理窗口或地点；不用到现场的，到现场次数改为0。",
        ),
        (
            "People must come, and it does not say where",
            "People must come {visits} time(s); neither a window nor a place is given.",
            "Give the window or the place. If nobody has to come, make it 0 visits.",
        ),
    ),
    "whole_way_online_visits": same(
        (
            "全程网办，却要到现场",
            "网办深度是Ⅳ级（全程网办），到现场次数却是{visits}次。",
            "到现场次数改为0；确实要到现场的，降低网办深度。",
        ),
        (
            "Online the whole way, yet people must come",
            "The online level is Ⅳ, and {visits} visit(s) are asked for.",
            "Ask for no visit, or give a lower online level.",
        ),
    ),
    "visits_unsaid": same(
        ("没有说要跑几次", "没有写到现场次数。", "填写到现场次数；不用到现场的填0。"),
        (
            "How often to come is not said",
            "The number of visits is not given.",
            "Give it; 0 if nobody has to come.",
        ),
    ),
    "online_nowhere": same(
        (
            "说能网办，却没有地方办",
            "写着可以网上办理，这里没有在线表单，也没有网办地址。",
            "挂上在线表单或填写网办地址；不能网办的，改成不能网办。",
        ),
        (
            "Online, but nowhere to do it",
            "It says “online”, and there is neither a form here nor an address elsewhere.",
            "Attach a form, give the web address, or say that it is not online.",
        ),
    ),
    "dead_link": same(
        ("链接打不开", "{address} 打不开：{why}。", "核对网址，改正或删除。"),
        (
            "A link that does not open",
            "{address} does not open: {why}.",
            "Check the address; correct or remove it.",
        ),
    ),
    "fee_without_basis": same(
        (
            "收费没有依据",
            "这项收费没有写依据。",
            "写明收费依据的文件和条款；没有依据的，不得收费。",
        ),
        (
            "A fee without a basis",
            "This fee names no legal basis.",
            "Name the document and clause. Without a basis no fee may be charged.",
        ),
    ),
    "fee_without_items": same(
        (
            "写着收费，没有收费项目",
            "写着要收费，却没有收费项目和标准。",
            "逐项写明名称、标准和依据；不收费的，改成不收费。",
        ),
        (
            "Charged, but no fee is named",
            "It says that there is a charge, and names no fee.",
            "Give each fee with its amount and basis, or say that it is free.",
        ),
    ),
    "free_with_fees": same(
        (
            "写着不收费，又列了收费项目",
            "写着不收费，下面却列了收费项目。",
            "删掉收费项目，或者改成收费。",
        ),
        (
            "Free, yet fees are listed",
            "It says that it is free, and lists fees.",
            "Remove the fees, or say that there is a charge.",
        ),
    ),
    "fee_standard_missing": same(
        (
            "收费没有金额也没有标准",
            "这项收费金额是0，又没有写收费标准。",
            "填写金额；按比例或分档收的，写明标准。",
        ),
        (
            "A fee without amount or scale",
            "The amount of this fee is 0 and no scale is given.",
            "Give the amount, or the scale it follows.",
        ),
    ),
    "paying_unsaid": same(
        ("没有说能不能网上支付", "要收费，没有写能不能网上支付。", "写明能不能网上支付。"),
        (
            "Paying online is not said",
            "There is a fee, and it does not say whether it can be paid online.",
            "Say whether it can be paid online.",
        ),
    ),
    "free_paid_online": same(
        (
            "不收费，却写着支持网上支付",
            "没有收费项目，却写着支持网上支付。",
            "改成不支持网上支付；漏写收费项目的，补上。",
        ),
        (
            "Nothing to pay, yet payable online",
            "There is no fee, yet it says that one can pay online.",
            "Take paying online out, or add the fee that is missing.",
        ),
    ),
    "result_certificate": same(
        (
            "结果是证照，类型不对",
            "“{name}”是证照，结果类型却不是出证。",
            "结果类型改为证照（出证办结）。",
        ),
        (
            "A certificate of another kind",
            "“{name}” is a certificate; the kind of result says something else.",
            "Make the kind of result “certificate”.",
        ),
    ),
    "result_document": same(
        (
            "结果是公文，类型不对",
            "“{name}”是公文，结果类型却不是出文。",
            "结果类型改为文书（出文办结）。",
        ),
        (
            "A document of another kind",
            "“{name}” is an official document; the kind of result says something else.",
            "Make the kind of result “document”.",
        ),
    ),
    "result_decision": same(
        (
            "结果是批复，类型不对",
            "“{name}”是批复，结果类型却不是审批办结。",
            "结果类型改为决定（审批办结）。",
        ),
        (
            "A decision of another kind",
            "“{name}” is a decision; the kind of result says something else.",
            "Make the kind of result “decision”.",
        ),
    ),
    "result_sample_missing": same(
        (
            "没有结果样本",
            "写了办理结果，没有样本。",
            "附上结果样本，让申请人知道会拿到什么样的东西。",
        ),
        (
            "No sample of the result",
            "The result has no specimen.",
            "Add one, so that people know what they will get.",
        ),
    ),
    "result_missing": same(
        ("没有办理结果", "没有写办好以后能拿到什么。", "写明结果的名称、类型和领取方式。"),
        (
            "No result",
            "It does not say what people get in the end.",
            "Name the result, its kind and how people get it.",
        ),
    ),
    "complaint_phone_missing": same(
        ("没有投诉电话", "没有写监督投诉电话。", "填写投诉电话，带区号。"),
        (
            "No telephone for complaints",
            "There is no number for complaints.",
            "Give one, with its area code.",
        ),
    ),
    "phones_same": same(
        (
            "咨询和投诉是同一个电话",
            "咨询电话和投诉电话相同：{number}。",
            "投诉电话换成不经办这个事项的部门的电话。",
        ),
        (
            "One telephone for questions and complaints",
            "Questions and complaints have the same number: {number}.",
            "Give for complaints the number of somebody who does not handle the service.",
        ),
    ),
    "phone_without_area_code": same(
        ("电话没有区号", "电话没有区号：{number}。", "加上区号，比如0990-5551000。"),
        (
            "A telephone without area code",
            "The number has no area code: {number}.",
            "Add it, as in 0990-5551000.",
        ),
    ),
    "phone_with_more": same(
        (
            "电话里写了别的内容",
            "电话一栏里还写着网址、地址或时间，手机上点不了，也读不清。",
            "电话一栏只写号码；网址、邮箱、地址写到“咨询方式”或“投诉方式”，时间写到“办理时间”。",
        ),
        (
            "More than a telephone number",
            "The field for telephones holds web addresses, places or hours as well.",
            "Leave only numbers there. Other ways go to “Ways to ask” or “Ways to complain”, hours"
            " to “Opening hours”.",
        ),
    ),
    "audience_against_name": same(
        (
            "名称和服务对象不一致",
            "名称里写着面向{who}，服务对象里却没有{who}。",
            "改正服务对象；名称写错的，改正名称。",
        ),
        (
            "Name and audience do not agree",
            "By its name it is for {who}, who are not among those it is for.",
            "Correct whom it is for, or the name.",
        ),
    ),
    "themes_against_audiences": same(
        (
            "主题和服务对象不一致",
            "主题面向{who}，服务对象里却没有{who}。",
            "补上服务对象，或者换掉主题。",
        ),
        (
            "Topics and audience do not agree",
            "It stands under topics for {who}, who are not among those it is for.",
            "Add them to those it is for, or choose other topics.",
        ),
    ),
    "audience_without_theme": same(
        (
            "有服务对象没有对应的主题",
            "服务对象有{who}，却没有面向{who}的主题，他们按主题找不到。",
            "为{who}选一个主题。",
        ),
        (
            "Somebody it is for finds no topic",
            "It is for {who} too, and stands under no topic of theirs.",
            "Choose a topic for {who}.",
        ),
    ),
    "class_missing": (
        (
            "缺少必备内容",
            "没有写{class}。",
            "补上{class}。",
            "补上缺的内容：名称、依据、条件、材料、地点、时间、电话、流程八类缺一不可。",
        ),
        (
            "An essential part is missing",
            "{class}: nothing is given.",
            "Add it.",
            "Add what is missing of the eight parts: name, basis, conditions, documents, place,"
            " hours, telephone, steps.",
        ),
    ),
}
