"""What may wait for the disk by its name: the jobs of the writer that can be written down and done later."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from importlib import import_module
from typing import Any

from lnctp_tui.storage.database.session import Store

DEEDS = {
    "finish": "call.calls:finish",
    "discard": "call.calls:discard",
    "attempt": "follow.calling:begin",
    "attempt_result": "follow.calling:result",
    "break": "follow.breaks:ask",
    "attach": "call.endings:attach_contact",
    "certificate_issue": "training.register:issue",
    "certificate_revoke": "training.register:revoke",
    "close": "follow.closing:close",
    "course_keep": "training.register:keep_course",
    "detach": "call.endings:detach_contact",
    "handover_sign": "follow.shift:sign",
    "handover_take": "follow.shift:take",
    "file_plan": "follow.files:plan_follow_up",
    "file_reason": "follow.files:give_reason",
    "file_victims": "follow.files:name_victims",
    "link": "case.links:as_before",
    "link_ask": "case.links:ask",
    "link_say": "case.links:say",
    "merge": "case.cases:merge",
    "noted": "case.cases:noted",
    "practice_mark": "practice.sharing:mark",
    "private_keep": "directory.private:keep",
    "private_told": "directory.private:told",
    "provider_add": "directory.adding:add",
    "provider_exclude": "directory.writing:exclude",
    "provider_hours": "directory.status:set_hours",
    "provider_propose": "directory.writing:propose_channel",
    "provider_report": "directory.writing:report",
    "provider_room": "directory.writing:say_capacity",
    "provider_status": "directory.status:set_status",
    "referral_answer": "case.referrals:answer",
    "referral_answered": "case.referral_after:answered",
    "referral_deliver": "case.referral_after:deliver",
    "referral_new": "case.referrals:prepare",
    "referral_outcome": "case.referrals:outcome",
    "referral_say": "case.referrals:say",
    "referral_send": "case.referrals:send",
    "report_noted": "report.laptop:noted",
    "review": "follow.supervision:review",
    "setting": "vault.workspace:put_setting",
    "sign": "case.signing:sign",
    "settle": "sync.synchronise:let_stand",
    "stage": "follow.files:add_stage",
    "status": "case.cases:set_status",
    "task_agreed": "follow.tasks:agree",
    "task_decide": "follow.deciding:decide",
    "task_done": "follow.tasks:done",
    "task_due": "follow.tasks:due",
    "task_let_go": "follow.tasks:let_go",
    "task_message": "follow.tasks:allow_message",
    "task_new": "follow.tasks:plan",
    "task_take": "follow.tasks:take",
    "training_noted": "training.register:noted",
    "unmerge": "case.cases:unmerge",
    "viewed": "case.cases:viewed",
}
"""Name → module under services, and function. A name is never reused: it stands in journals."""


@dataclass(frozen=True)
class Deed:
    """A use case with its arguments, which are plain JSON. One transaction, or none."""

    name: str
    arguments: tuple[Any, ...]
    lets_go: tuple[str, ...] = ()
    """Keys of the drafts it takes the place of: they go in its transaction, and stay when it is refused."""

    def __call__(self, store: Store) -> Any:
        module, _colon, function = DEEDS[self.name].partition(":")
        return getattr(import_module(f"lnctp_tui.services.{module}"), function)(store, *self.arguments)

    def in_place_of(self, drafts: Iterable[str]) -> Deed:
        """The same deed, which lets these drafts go."""
        return replace(self, lets_go=(*self.lets_go, *drafts))


def deed(name: str, *arguments: Any) -> Deed:
    """A job for `Writer.submit` that outlives this process if it has to."""
    return Deed(name, arguments)
