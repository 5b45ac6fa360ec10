"""The rule in casbin: attributes of a membership against policies of its plan, one `enforce` a membership.

It cannot count, so it is told how many uses there were, counted outside the measured time.
"""

from dataclasses import dataclass

import casbin

from bench.peers.cases import AT, LIMIT, PERMISSION, Case

_MODEL = """
[request_definition]
r = membership, permission, at, used

[policy_definition]
p = plan, permission, count

[policy_effect]
e = some(where (p.eft == allow))

[matchers]
m = r.membership.plan == p.plan && r.permission == p.permission && r.at >= r.membership.starts && \
r.at < r.membership.ends && (p.count == "" || r.used < int(p.count))
"""


@dataclass
class _Membership:
    plan: str
    starts: float
    ends: float


class InCasbin:
    def __init__(self, cases: list[Case]) -> None:
        model = casbin.Model()
        model.load_model_from_text(_MODEL)
        self._enforcer = casbin.Enforcer(model)
        self._enforcer.add_function("int", int)
        plans = {held.plan for case in cases for held in case.facts.held}
        for plan in plans:
            for grant in plan.grants:
                self._enforcer.add_policy(
                    plan_key(plan), grant.permission, str(LIMIT.count) if grant.limits else ""
                )
        self._held = {case.name: [_membership(held) for held in case.facts.held] for case in cases}
        self._used = {case.name: len(case.facts.uses) for case in cases}
        self._at = AT.timestamp()

    def ask(self, case: Case) -> bool:
        used = self._used[case.name]
        return any(self._enforcer.enforce(each, PERMISSION, self._at, used) for each in self._held[case.name])


def plan_key(plan: object) -> str:
    """Plans of the cases differ by their grants too."""
    return str(hash(plan))


def _membership(held: object) -> _Membership:
    membership, plan = held.membership, held.plan  # type: ignore[attr-defined]
    return _Membership(plan_key(plan), membership.starts_at.timestamp(), membership.ends_at.timestamp())
