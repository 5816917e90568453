"""What a service does with a thing: begin it, go on with it, end it. Pure.

Guides name one service after another by the thing alone: Passport: first application, renewal,
cancellation. Who asks for a thing and says nothing of an act mostly wants to have it, and hardly
ever to give it up.
"""

from __future__ import annotations

from collections.abc import Sequence

from tongban.search.tokens import Query, stem

_BEGINNING = "新办 首次 申领 设立 初次 新设"
_GOING_ON = "变更 延续 补发 补领 补办 换发 换领 换证 续期 转移 迁移 复核 年检 年审 查询 打印 修改"
_ENDING = "注销 停止 停发 停保 终止 取消 撤销 撤回 退出 解除 吊销"
# Of an act, each by itself.
_CHARS = frozenset("换补续改变停注销撤消延转丢终查")
_BEGINNING_WORDS = "first claim apply"
_GOING_ON_WORDS = """
renew renewal replace replacement lost lose change changing extend extension transfer update move
review check find correct correction stolen expired
"""
_ENDING_WORDS = """
cancel cancellation stop stopping close closing closure end ending withdraw withdrawal
"""


def _tokens(han: str, latin: str) -> tuple[str, ...]:
    return (*han.split(), *dict.fromkeys(stem(word) for word in latin.split()))


BEGINNING = _tokens(_BEGINNING, _BEGINNING_WORDS)
ENDING = _tokens(_ENDING, _ENDING_WORDS)
_ACTS = frozenset((*BEGINNING, *ENDING, *_tokens(_GOING_ON, _GOING_ON_WORDS)))


def names_an_act(said: Sequence[Query]) -> bool:
    """Whether one of these, what was typed and what it stands for, says what is to be done."""
    return any(
        not _ACTS.isdisjoint((*one.pairs, *one.words)) or not _CHARS.isdisjoint(one.chars)
        for one in said
    )
