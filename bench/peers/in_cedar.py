"""The rule in Cedar (cedarpy): one policy a grant, one request a membership in one batch.

It cannot count, so it is told how many uses there were. Policies and entities are parsed beforehand.
"""

import json

from cedarpy import Decision, Entities, PolicySet, is_authorized_batch

from bench.peers.cases import AT, LIMIT, PERMISSION, Case
from bench.peers.in_casbin import plan_key

_POLICY = """
permit (principal, action == Action::"{permission}", resource)
when {{ principal.plan == "{plan}" && context.at >= principal.starts && context.at < principal.ends {limit} }};
"""


class InCedar:
    def __init__(self, cases: list[Case]) -> None:
        plans = {held.plan for case in cases for held in case.facts.held}
        texts = [
            _POLICY.format(
                permission=grant.permission,
                plan=plan_key(plan),
                limit=f"&& context.used < {LIMIT.count}" if grant.limits else "",
            )
            for plan in plans
            for grant in plan.grants
        ]
        self._policies = PolicySet.from_str("\n".join(texts))
        self._entities: dict[str, Entities] = {}
        self._requests: dict[str, list[dict[str, object]]] = {}
        for case in cases:
            self._entities[case.name] = Entities.from_json_str(_entities(case))
            self._requests[case.name] = [_request(case, number) for number in range(len(case.facts.held))]

    def ask(self, case: Case) -> bool:
        results = is_authorized_batch(self._requests[case.name], self._policies, self._entities[case.name])
        return any(result.decision is Decision.Allow for result in results)


def _entities(case: Case) -> str:

    return json.dumps(
        [
            {
                "uid": {"type": "Membership", "id": str(number)},
                "attrs": {
                    "plan": plan_key(held.plan),
                    "starts": int(held.membership.starts_at.timestamp()),
                    "ends": int(held.membership.ends_at.timestamp()) if held.membership.ends_at else 2**53,
                },
                "parents": [],
            }
            for number, held in enumerate(case.facts.held)
        ]
    )


def _request(case: Case, number: int) -> dict[str, object]:
    return {
        "principal": f'Membership::"{number}"',
        "action": f'Action::"{PERMISSION}"',
        "resource": 'Reader::"counter"',
        "context": {"at": int(AT.timestamp()), "used": len(case.facts.uses)},
    }
