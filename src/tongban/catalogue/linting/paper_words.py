"""The words of the rules on papers, other agencies and language (see `rule_words`). Pure."""

from __future__ import annotations

from tongban.catalogue.linting.rule_words import Sentences, same

PAPERS: dict[str, tuple[Sentences, Sentences]] = {
    "material_catch_all": same(
        (
            "兜底的材料",
            "“{name}”没有说清要什么。",
            "写出具体是哪些材料；用不着的删掉。",
        ),
        (
            "A catch-all document",
            "“{name}” does not say what is wanted.",
            "Name each document, or remove the line.",
        ),
    ),
    "material_duplicate": same(
        (
            "材料重复",
            "“{name}”和第{first}项相同。",
            "删掉一项；确实不同的，把名称写得能区分。",
        ),
        (
            "A document asked for twice",
            "“{name}” is the same as no. {first}.",
            "Remove one. If they differ, name them so that people can tell.",
        ),
    ),
    "material_unstated": same(
        (
            "材料要求不明",
            "{count}项材料没有写要原件还是复印件、纸质还是电子。",
            "逐项写明原件或复印件、纸质或电子、份数和要求。",
        ),
        (
            "What is wanted of a document is not said",
            "{count} document(s) do not say original or copy, paper or file.",
            "Say so for each, with the number of copies and what to mind.",
        ),
    ),
    "material_blank_missing": same(
        (
            "没有空白表格",
            "“{name}”要申请人填写，没有空白表格。",
            "附上空白表格和填写样张；已经做成在线表单的，标为在线填写。",
        ),
        (
            "No blank form",
            "People must write “{name}” themselves, and there is no blank form.",
            "Add the blank form with a filled sample, or mark it as the online form.",
        ),
    ),
    "material_sample_missing": same(
        ("没有填写样张", "有空白表格，没有填写样张。", "附上一份填好的样张，用虚构的人。"),
        (
            "No filled sample",
            "There is a blank form and no filled sample.",
            "Add one, filled in for a fictional person.",
        ),
    ),
    "basis_all_expired": same(
        (
            "设定依据全部失效",
            "列出的设定依据都已失效。",
            "换成现行有效的依据；没有的，应当取消这个事项。",
        ),
        (
            "No basis is in force any more",
            "Every legal basis listed has expired.",
            "Name one that is in force. If there is none, the service has to be withdrawn.",
        ),
    ),
    "basis_expired": same(
        ("设定依据已失效", "这条依据{day}已经失效。", "换成现行有效的依据，或者删掉这一条。"),
        (
            "A basis that has expired",
            "It was in force until {day}.",
            "Name the one in force now, or remove this one.",
        ),
    ),
    "basis_without_article": same(
        ("依据没有条款号", "这条依据没有写是第几条。", "写明条款号。"),
        (
            "A basis without its article",
            "It does not say which article.",
            "Give the number of the article.",
        ),
    ),
    "permit_condition_without_clause": same(
        (
            "许可条件没有依据",
            "这个条件没有写依据哪一条。",
            "写明条款；法律没有规定的条件，不能要求（行政许可法第十六条）。",
        ),
        (
            "A condition of a permit without its clause",
            "It does not say which clause it rests on.",
            "Name the clause. What no law asks for may not be asked"
            " (Administrative Licensing Law, article 16).",
        ),
    ),
    "condition_without_clause": same(
        ("条件没有依据", "这个条件没有写依据哪一条。", "写明条款，申请人才能核对。"),
        (
            "A condition without its clause",
            "It does not say which clause it rests on.",
            "Name the clause, so that people can check.",
        ),
    ),
    "condition_elsewhere": same(
        (
            "条件没有写出来",
            "“{text}”只说条件在别处，没有说是什么条件。",
            "把条件逐条写在这里；每年变的，写明今年的条件和到哪里看新通知。",
        ),
        (
            "A condition that stands elsewhere",
            "“{text}” only says that there are conditions somewhere else.",
            "Write them here one by one. If they change every year, give this year’s, and say where"
            " the next notice will stand.",
        ),
    ),
    "condition_many_in_one": same(
        (
            "几个条件写在一起",
            "一个条件里写了{length}个字，像是好几个条件。",
            "拆开，一个条件一项，申请人才能逐项对照。",
        ),
        (
            "Several conditions in one",
            "One condition has {length} characters and looks like several.",
            "Make each a condition of its own, so that people can check them one by one.",
        ),
    ),
    "permit_steps_few": same(
        (
            "许可流程不完整",
            "只有{count}个环节，看不出受理、审查、决定、办结、送达。",
            "写出全部环节，至少五个。",
        ),
        (
            "Too few steps for a permit",
            "{count} step(s) do not show acceptance, review, decision, completion and delivery.",
            "Give every step; there are five at least.",
        ),
    ),
    "permit_faq_missing": same(
        ("许可没有常见问题", "一个常见问题也没有。", "把咨询最多的问题和解答写上，至少一个。"),
        (
            "A permit without questions and answers",
            "There is no question with its answer.",
            "Add what people ask most, at least one.",
        ),
    ),
    "remedy_missing": same(
        (
            "没有救济途径",
            "没有写不服决定怎么办。",
            "写明向哪里申请行政复议、向哪个法院起诉，期限多长。",
        ),
        (
            "No remedy",
            "It does not say what to do against a decision.",
            "Say where to ask for reconsideration, which court to go to, and by when.",
        ),
    ),
    "agencies_contradict": (
        (
            "两个部门说法不一",
            "同一事项的{about}：{both}。",
            "和{other}核对，谁错谁改；确有差别的，写明原因。",
            "和对方核对，谁错谁改；确有差别的，写明原因。",
        ),
        (
            "Two agencies contradict each other",
            "{about} of the same item: {both}.",
            "Check with {other}; whoever is wrong corrects it. If both are right, say why.",
            "Check with them; whoever is wrong corrects it. If both are right, say why.",
        ),
    ),
    "sentence_long": same(
        (
            "句子太长",
            "有一句长{length}{unit}。",
            "拆成短句，一句说一件事；几个条件并列的，分行写。",
        ),
        (
            "A long sentence",
            "One sentence has {length} {unit}.",
            "Split it: one thing a sentence. Make a list of what is listed.",
        ),
    ),
    "officialese": (
        (
            "公文腔",
            "“{word}”{fault}。",
            "{advice}。",
            "换成平常说话的词；“相关规定”“有关部门”要写明是哪条、哪个。",
        ),
        (
            "Officialese",
            "“{word}” {fault}.",
            "{advice}.",
            "Use words people say, and name the rule or the office meant.",
        ),
    ),
    "abbreviation_unexplained": same(
        (
            "缩写没有解释",
            "“{word}”没有解释。",
            "第一次出现时写全称，缩写放在括号里；只用一次的，直接写全称。",
        ),
        (
            "An abbreviation without explanation",
            "“{word}” is not explained.",
            "Write it out the first time, with the abbreviation in brackets.",
        ),
    ),
    "text_breaks_off": same(
        (
            "话没有说完",
            "到“{end}”就断了，后面应当还有内容。",
            "补上后面的内容；没有了的，改成完整的句子。",
        ),
        (
            "A text that breaks off",
            "It ends with “{end}”, as if more should follow.",
            "Add what follows. If nothing does, make it a whole sentence.",
        ),
    ),
    "placeholder": same(
        (
            "占位的文字",
            "写的是“{text}”，等于没写。",
            "写上内容；确实没有的，留空。",
        ),
        (
            "A placeholder",
            "“{text}” says nothing.",
            "Write what belongs here, or leave it empty.",
        ),
    ),
    "summary_says_nothing": same(
        (
            "简介没有内容",
            "简介没有说办这件事有什么用。",
            "用一句话写明：办了这件事，能得到什么。",
        ),
        (
            "A summary that says nothing",
            "The summary does not say what the service is good for.",
            "Say in one sentence what people get by it.",
        ),
    ),
    "translation_missing": same(
        (
            "缺少英文",
            "这里没有英文（全文共{count}处）。",
            "补上英文译文。",
        ),
        (
            "English is missing",
            "This has no English ({count} places in all).",
            "Add the translation.",
        ),
    ),
    "untranslated": same(
        ("没有英文版", "整份指南没有英文。", "先翻译简介，再逐步补全。"),
        (
            "No English at all",
            "The guide has no English text.",
            "Translate the summary first, then the rest.",
        ),
    ),
    "translation_stale": same(
        (
            "英文没有跟着更新",
            "中文改过以后，英文没有改。",
            "对照中文核对英文；不用改的，确认一下。",
        ),
        (
            "English not brought up to date",
            "The Chinese was changed after this was translated.",
            "Check the English against it; confirm it if nothing has to change.",
        ),
    ),
}
