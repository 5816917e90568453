"""What a service does with a thing: begin it, renew it, replace it, end it. Pure.

Guides name one service after another by the thing alone: Passport: first application, renewal,
replacement, cancellation. Who says what is to be done (lost, expired, 换, 丢了) wants that one.
Who says nothing of it mostly wants to have the thing, and hardly ever to give it up.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tongban.search.tokens import Query, is_han, stem


@dataclass(frozen=True)
class _Act:
    """`titles`: tokens of the names of services; `said`: of what people type for it.

    `before`: characters that say it before any but some others.
    """

    titles: frozenset[str]
    said: frozenset[str]
    before: Mapping[str, frozenset[str]]

    def is_said(self, query: Query) -> bool:
        """Whether a query names it."""
        return not self.said.isdisjoint((*query.pairs, *query.words)) or any(
            pair[0] in self.before and pair[1] not in self.before[pair[0]] for pair in query.pairs
        )


def _tokens(text: str) -> frozenset[str]:
    return frozenset(stem(word) for word in text.split())


def _act(titles: str, said: str = "", before: str = "") -> _Act:
    """`before`: "补:贴助" says that 补 before any character but 贴 and 助 names the act."""
    named = _tokens(titles)
    return _Act(
        titles=named,
        said=named | _tokens(said),
        before={one[0]: frozenset(one[2:]) for one in before.split()},
    )


# Each name of a service is compared with each of these: no more than are worth it.
_BEGIN = _act(
    "新办 首次 申领 申请 设立 first claim apply application",
    "第一 初次 新设 开办 start open",
)
_RENEW = _act(
    "延续 换领 换证 换发 延期 到期 renewal renew extension",
    "过期 快到 期满 续期 续签 续办 续展 expire expires expired expiring expiry extend",
    "换:新成算乘季位届岗",
)
_REPLACE = _act(
    "补发 补领 补办 补证 丢失 遗失 replacement replace lost",
    "补换 挂失 掉了 不见 找不 损坏 坏了 被偷 reissue lose losing stolen missing damaged mislaid",
    "补:贴助偿缴充习交税录差考给 丢:",
)
_CHANGE = _act(
    "变更 更名 change",
    "更改 修改 改名 更换 变了 搬家 搬迁 update changed changing rename",
    "改:造装建革正善",
)
_END = _act(
    "注销 停止 终止 取消 撤销 撤回 退出 cancellation cancel closing withdrawal ending",
    "停发 停保 停缴 停用 停办 解除 吊销 关门 关闭 关掉 不干 不开 不做 销户 stop stopping close "
    "closed closure withdraw quit deregister",
)
_LOOK = _act("查询 复核 更正 look review correction", "打印 查阅 年检 年审 check correct", "查:")
_ACTS = (_BEGIN, _RENEW, _REPLACE, _CHANGE, _END, _LOOK)
# Nor does anybody begin with these.
_LATE = _END.titles | _tokens("暂停 复核 review pause suspension")
_NONE = "'X'"


def sought(query: Query, also: Sequence[Query], *, is_bare: bool) -> tuple[str, str]:
    """Which names of services come first among equals, and which last, as tsqueries.

    `also`: what else is looked for; it counts where the query itself names no act. `is_bare`: the
    query names a thing in few words.
    """
    named = [act for act in _ACTS if act.is_said(query)] or [
        act for act in _ACTS if any(act.is_said(one) for one in also)
    ]
    if named:
        first = frozenset[str]().union(*(act.titles for act in named))
        last = frozenset[str]().union(*(act.titles for act in _ACTS)) - first
    else:
        first, last = (_BEGIN.titles if is_bare else frozenset()), _LATE
    if query.chars:
        first, last = (frozenset(one for one in some if is_han(one)) for some in (first, last))
    if not named:
        return (f"({_any(first)}) & !({_any(last)})" if first else _NONE), _any(last)
    return _any(first), f"({_any(last)}) & !({_any(first)})"


def _any(tokens: frozenset[str]) -> str:
    return " | ".join(f"'{token}':A" for token in sorted(tokens)) or _NONE
