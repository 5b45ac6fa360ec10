"""Who may say and hear what at the broker, as mosquitto's dynamic-security plugin knows it. Pure: no broker, no
database.

An edge publishes at its own topics and reads below its own down/; a group per feed reads that feed; everybody who
is enrolled reads the hub's keys. Nothing else is allowed. Users, groups and roles by other names than these are
somebody else's and stay as they are.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, Final, TypeVar

from contract.topics import PREFIX, UP, key, up
from hub.fleet.broker_users import HUB_USER, BrokerUser
from hub.fleet.broker_users import PREFIX as EDGE

FEED: Final = "feed:"
ENROLLED: Final = "enrolled"
DEFAULTS: Final = {
    "publishClientSend": False,
    "publishClientReceive": False,
    "subscribe": False,
    "unsubscribe": True,
}
"""What is allowed where no role says something: nothing but to hear less."""
_SAY: Final = "publishClientSend"
_HEAR: Final = "publishClientReceive"
_SUBSCRIBE: Final = "subscribePattern"

Command = dict[str, Any]
Acl = tuple[str, str, bool]
"""Kind, topic with wildcards, allowed."""
_Own = TypeVar("_Own")


@dataclass(frozen=True, slots=True)
class Client:
    roles: frozenset[str]
    groups: frozenset[str]


@dataclass(frozen=True, slots=True)
class Rights:
    """By name: what roles allow, which roles a group has, which roles and groups a client has."""

    roles: Mapping[str, frozenset[Acl]]
    groups: Mapping[str, frozenset[str]]
    clients: Mapping[str, Client]
    defaults: Mapping[str, bool]


def wanted(users: Iterable[BrokerUser]) -> Rights:
    """The rights of these users and no others."""
    roles = {ENROLLED: _hears(key("+"))}
    groups: dict[str, frozenset[str]] = {}
    clients: dict[str, Client] = {}
    for user in users:
        role, group = f"{EDGE}{user.edge}", f"{FEED}{user.feed}"
        roles[role] = _hears(f"{PREFIX}/down/{user.edge}/#") | _says(user.edge)
        roles[group] = _hears(f"{PREFIX}/feed/{user.feed}/#")
        groups[group] = frozenset({group})
        clients[user.name] = Client(frozenset({role, ENROLLED}), frozenset({group}))
    return Rights(roles, groups, clients, DEFAULTS)


def hubs_own() -> Command:
    """The plugin's file at first: the hub may do everything that is Doorward's, and say who else may do what."""
    topics = ("$CONTROL/dynamic-security/#", f"{PREFIX}/#")
    acls = frozenset().union(*({(_SAY, topic, True)} | _hears(topic) for topic in topics))
    role = {"rolename": HUB_USER, "acls": _acls(acls)}
    client = {"username": HUB_USER, "roles": [{"rolename": HUB_USER}]}
    return {"defaultACLAccess": DEFAULTS, "clients": [client], "groups": [], "roles": [role]}


def questions() -> list[Command]:
    """What to ask for the answers that `found` reads."""
    whole = {"verbose": True, "count": -1, "offset": 0}
    lists = [{"command": f"list{what}", **whole} for what in ("Roles", "Groups", "Clients")]
    return [*lists, {"command": "getDefaultACLAccess"}]


def found(answers: Mapping[str, Mapping[str, Any]]) -> Rights:
    """What the broker has, by the data of its answers. KeyError, TypeError: they are not the plugin's."""
    roles = {each["rolename"]: frozenset(map(_acl, each["acls"])) for each in answers["listRoles"]["roles"]}
    groups = {each["groupname"]: _names(each, "role") for each in answers["listGroups"]["groups"]}
    clients = {
        each["username"]: Client(_names(each, "role"), _names(each, "group"))
        for each in answers["listClients"]["clients"]
    }
    defaults = {each["acltype"]: each["allow"] for each in answers["getDefaultACLAccess"]["acls"]}
    return Rights(
        {name: acls for name, acls in roles.items() if name == ENROLLED or name.startswith((EDGE, FEED))},
        {name: own for name, own in groups.items() if name.startswith(FEED)},
        {name: own for name, own in clients.items() if name.startswith(EDGE)},
        defaults,
    )


def changes(have: Rights, want: Rights) -> list[Command]:
    """What to command, in this order: who may no longer goes first. Whose rights are changed is disconnected."""
    new = want.clients.keys() - have.clients.keys()
    return [
        *({"command": "deleteClient", "username": name} for name in have.clients.keys() - want.clients.keys()),
        *({"command": "deleteGroup", "groupname": name} for name in have.groups.keys() - want.groups.keys()),
        *({"command": "deleteRole", "rolename": name} for name in have.roles.keys() - want.roles.keys()),
        *_defaults(have.defaults, want.defaults),
        *_put("Role", have.roles, want.roles, _role),
        *_put("Group", have.groups, want.groups, _group),
        *_put("Client", have.clients, want.clients, _client),
        # Who came before having rights was refused what they subscribed to: a change sends them to come anew.
        *({"command": "modifyClient", **_client(name, want.clients[name])} for name in sorted(new)),
    ]


def _put(
    kind: str, have: Mapping[str, _Own], want: Mapping[str, _Own], fields: Callable[[str, _Own], Command]
) -> Iterator[Command]:
    for name, own in sorted(want.items(), key=itemgetter(0)):
        if name not in have:
            yield {"command": f"create{kind}", **fields(name, own)}
        elif have[name] != own:
            yield {"command": f"modify{kind}", **fields(name, own)}


def _defaults(have: Mapping[str, bool], want: Mapping[str, bool]) -> Iterator[Command]:
    if have != want:
        acls = [{"acltype": kind, "allow": allow} for kind, allow in want.items()]
        yield {"command": "setDefaultACLAccess", "acls": acls}


def _role(name: str, acls: frozenset[Acl]) -> Command:
    return {"rolename": name, "acls": _acls(acls)}


def _group(name: str, roles: frozenset[str]) -> Command:
    return {"groupname": name, "roles": _list("role", roles)}


def _client(name: str, client: Client) -> Command:
    # No password: the certificate is who it is.
    return {"username": name, "roles": _list("role", client.roles), "groups": _list("group", client.groups)}


def _list(kind: str, names: frozenset[str]) -> list[Command]:
    return [{f"{kind}name": name} for name in sorted(names)]


def _names(thing: Mapping[str, Any], kind: str) -> frozenset[str]:
    return frozenset(each[f"{kind}name"] for each in thing[f"{kind}s"])


def _says(edge: str) -> frozenset[Acl]:
    return frozenset((_SAY, up(edge, what), True) for what in UP)


def _hears(topic: str) -> frozenset[Acl]:
    return frozenset({(_HEAR, topic, True), (_SUBSCRIBE, topic, True)})


def _acl(acl: Mapping[str, Any]) -> Acl:
    return acl["acltype"], acl["topic"], acl["allow"]


def _acls(acls: frozenset[Acl]) -> list[Command]:
    return [
        {"acltype": kind, "topic": topic, "priority": 0, "allow": allow} for kind, topic, allow in sorted(acls)
    ]
