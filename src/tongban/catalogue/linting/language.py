"""Rules on words: sentences, officialese, abbreviations, placeholders, translations. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tongban.catalogue.anatomy import digest_of_text
from tongban.catalogue.linting.book import Spot, rule
from tongban.catalogue.linting.facts import LIST_MARK, GuideFacts

# Characters of a Chinese sentence, words of an English one.
LONGEST_ZH, LONGEST_EN = 90, 40
# Findings of one kind in one guide: more help nobody.
MOST_PLACES = 10

# Officialese → plain words, by language. A suggestion of "" means: leave it out.
OFFICIALESE_ZH = {
    "特此": "",
    "兹因": "因为",
    "予以": "",
    "给予办理": "办理",
    "不予受理": "不受理",
    "按规定": "写明是哪条规定、怎么做",
    "按照相关规定": "写明是哪条规定",
    "按有关规定": "写明是哪条规定",
    "相关规定": "写明是哪条规定",
    "有关规定": "写明是哪条规定",
    "有关部门": "写明是哪个部门",
    "相关部门": "写明是哪个部门",
    "贵单位": "您单位",
    "本机关": "我们",
    "系指": "是指",
    "届满": "到期",
    "办理完毕": "办好",
    "视情况": "写明什么情况",
    "视情": "写明什么情况",
    "酌情": "写明什么情况",
    "原则上": "写明有哪些例外",
    "参照执行": "写明照什么办",
    "前款": "写明是哪一条",
    "上述材料": "写明是哪些材料",
    "如实填报": "照实填写",
    "提请": "请",
    "呈报": "报",
    "倘若": "如果",
    "遵照": "按照",
    "进行审核": "审核",
    "进行审查": "审查",
    "进行核实": "核实",
    "作出答复": "答复",
}
OFFICIALESE_EN = {
    "in accordance with": "under, or by",
    "pursuant to": "under",
    "prior to": "before",
    "subsequent to": "after",
    "in respect of": "about, or for",
    "with regard to": "about",
    "in the event of": "if",
    "in the event that": "if",
    "for the purpose of": "to, or for",
    "in order to": "to",
    "commence": "begin",
    "terminate": "end",
    "utilise": "use",
    "utilize": "use",
    "furnish": "give",
    "ascertain": "find out",
    "forthwith": "at once",
    "hereby": "",
    "herein": "here",
    "thereof": "of it",
    "therein": "in it",
    "aforementioned": "name it",
    "aforesaid": "name it",
    "notwithstanding": "although, despite",
    "shall": "must, or will",
    "relevant authorities": "name them",
    "relevant regulations": "name them",
    "competent authority": "name it",
    "and/or": "or",
}
_KNOWN = frozenset(
    """
    PDF JPG JPEG PNG OFD DOC DOCX XLS XLSX CSV ID PIN QR SMS APP ATM TV OK VIP USB GPS DNA CT
    AB ABC AM PM VAT UK US EU UN CEO HR IT PC WC NFC CD DVD LED BMI WIFI FAQ
    II III IV VI VII VIII IX XI XII ISO ETC GDP COVID ISBN
    """.split()  # noqa: SIM905
)

_ZH_WORDS = re.compile("|".join(map(re.escape, sorted(OFFICIALESE_ZH, key=len, reverse=True))))
# Looked for in small letters: a pattern that begins with its words is fast, one that ignores case
# or begins with \b is not, so what stands before a word is looked at afterwards.
_EN_WORDS = re.compile(
    "(?:" + "|".join(map(re.escape, sorted(OFFICIALESE_EN, key=len, reverse=True))) + r")\b"
)
_ZH_END = re.compile(r"[。！？；;!?\n]")
_EN_END = re.compile(r"[.!?;:](?:\s|$)|\n")
ABBREVIATION = re.compile(r"(?<![A-Za-z0-9])[A-Z]{2,6}(?![A-Za-z0-9])")
PLACEHOLDER = re.compile(
    r"^\s*(无|略|暂无|待定|待补充?|同上|详见附件|见附件|x{2,}|/+|-+|tbd|todo|n/?a|none"
    r"|lorem ipsum.*)[。.]?\s*$",
    re.IGNORECASE,
)


@rule("sentence_long", "hint")
def _sentences(facts: GuideFacts) -> Iterator[Spot]:
    for path, language, text in facts.prose:
        if longest := longest_sentence(language, text):
            yield path, {"language": language, "length": longest}


def longest_sentence(language: str, text: str) -> int:
    """How long a text's longest sentence is, if it is too long; else 0."""
    longest = 0
    if language == "zh":
        if len(text) > LONGEST_ZH:
            plain = LIST_MARK.sub("\n", text)
            longest = max(len("".join(part.split())) for part in _ZH_END.split(plain))
        return longest if longest > LONGEST_ZH else 0
    if language == "en" and text.count(" ") >= LONGEST_EN:
        longest = max(len(part.split()) for part in _EN_END.split(text))
    return longest if longest > LONGEST_EN else 0


@rule("officialese", "hint")
def _officialese(facts: GuideFacts) -> Iterator[Spot]:
    for path, language, text in facts.prose:
        if word := officialese_in(language, text):
            plain = (OFFICIALESE_ZH if language == "zh" else OFFICIALESE_EN)[word]
            yield path, {"word": word, "plain": plain}


def officialese_in(language: str, text: str) -> str:
    """The first word of officialese; "" if there is none."""
    if language == "zh":
        match = _ZH_WORDS.search(text)
        return match.group() if match else ""
    if language == "en":
        lower = text.lower()
        for match in _EN_WORDS.finditer(lower):
            before = lower[match.start() - 1 : match.start()]
            if not (before.isalnum() or before == "_"):
                return match.group()
    return ""


@rule("abbreviation_unexplained", "hint")
def _abbreviations(facts: GuideFacts) -> Iterator[Spot]:
    found: dict[str, str] = {}
    explained: set[str] = set()
    for path, language, text in facts.prose:
        # The name of a system is what it is.
        if language in ("zh", "en") and path != "channels.system.name":
            for match in ABBREVIATION.finditer(text):
                word = match.group()
                before, after = text[: match.start()], text[match.end() :]
                if before.endswith(("(", "（")) or after.lstrip().startswith(("(", "（")):
                    explained.add(word)
                elif word not in _KNOWN and word.strip("X"):  # "XX" stands for any name
                    found.setdefault(word, path)
    for word, path in found.items():
        if word not in explained:
            yield path, {"word": word}


@rule("placeholder", "warning")
def _placeholders(facts: GuideFacts) -> Iterator[Spot]:
    for path, text in facts.texts.items():
        for said in text.values():
            if is_placeholder(said):
                yield path, {"text": said.strip()}
                break


def is_placeholder(said: str) -> bool:
    """Whether a text only stands for one."""
    return len(said) < 16 and bool(PLACEHOLDER.match(said))


_OPEN_END = re.compile(r"[：:，,、（(]\s*$")
_LIST_END = re.compile(r"[；;]\s*$")


@rule("text_breaks_off", "warning")
def _breaks_off(facts: GuideFacts) -> Iterator[Spot]:
    """Text that ends where a list should begin, or in the middle of one.

    The last of several conditions, or the only one, does not end in a semicolon.
    """
    guide = facts.guide
    last = len(guide.conditions) - 1
    for index, condition in enumerate(guide.conditions):
        said = [*condition.text.values()]
        if any(map(_OPEN_END.search, said)) or (index == last and any(map(_LIST_END.search, said))):
            yield f"conditions.{index}.text", _ending(said)
    others = {"summary": guide.summary, "remedies": guide.remedies, "notes": guide.notes}
    others |= {f"steps.{n}.text": step.text for n, step in enumerate(guide.steps)}
    others |= {f"faq.{n}.answer": one.answer for n, one in enumerate(guide.faq)}
    for place, text in others.items():
        if any(map(_OPEN_END.search, text.values())):
            yield place, _ending([*text.values()])


def _ending(said: list[str]) -> dict[str, str | int]:
    broken = next(text for text in said if _OPEN_END.search(text) or _LIST_END.search(text))
    return {"end": broken.strip()[-24:].lstrip()}


_SAYS_NOTHING = re.compile(r"^由?.{2,40}办理的.{0,10}事项。?$")


@rule("summary_says_nothing", "warning")
def _summary(facts: GuideFacts) -> Iterator[Spot]:
    """One that only repeats who and what kind, or is not there."""
    said = [text for text in facts.guide.summary.values() if text.strip()]
    zh = facts.guide.summary.get("zh", "")
    if not said or _SAYS_NOTHING.match(zh) or zh in facts.name.values():
        yield "summary", {}


# --- translations --------------------------------------------------------------------------------


@rule("translation_missing", "warning", chinese=True)
def _translation(facts: GuideFacts) -> Iterator[Spot]:
    """In a guide that has English: texts that have none."""
    if facts.guide.summary.get("en"):
        missing = [p for p, text in facts.texts.items() if text.get("zh") and not text.get("en")]
        for path in missing[:MOST_PLACES]:
            yield path, {"count": len(missing)}


@rule("untranslated", "hint", chinese=True)
def _untranslated(facts: GuideFacts) -> Iterator[Spot]:
    if not facts.guide.summary.get("en"):
        yield "", {}


@rule("translation_stale", "warning", chinese=True)
def _stale(facts: GuideFacts) -> Iterator[Spot]:
    """The Chinese changed after its translation was made."""
    stale = [
        path
        for path, made_from in facts.translated_from.items()
        if (text := facts.texts.get(path))
        and text.get("zh")
        and text.get("en")
        and digest_of_text(text["zh"]) != made_from
    ]
    for path in stale[:MOST_PLACES]:
        yield path, {}
