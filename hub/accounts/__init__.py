"""Members' own accounts: how they prove who they are, and how companies' admins invite and remove people.

A member is never a user of the hub. Whoever has proved who they are gets a card link opened on their phone, which
is the one kind of session (hub/cards/link_operations.py, hub/wallet/phone.py). Knows no HTTP: what a ceremony
needs to remember goes out as `state` (a secret, known here by its hash) and comes back in, in a hidden field or a
flow's own row. Nothing is sent from here: hub/letters writes, whoever calls asks it to.

What others call:
- `addresses.py`: `canonical(text)` before an address is compared or written to; `customers_at(address)`.
- `proofs.py`: `Proof` (which customers, how, when; `email`: the address that it proves), `customers_of(proof)`,
  `is_fresh(proved_at, at)`, `keep(proof, at) -> state` and `kept(state, at) -> Proof`, once, between two pages.
- `code_operations.py`: `ask_code(email, at, known_only=...) -> CodeAsked` (its `code` is to be mailed with
  hub.letters.sign_in_code; None: say the same, send nothing), `prove_code(state, code, at) -> Proof`.
- `handed_operations.py`: `hand_code(customer, at)`, by staff; `prove_typed(state, code, address, at) -> Proof`: of
  either kind of code, as somebody types it.
- `password_operations.py`: `prove_password(email, password, address, at) -> Proof`, `set_password`,
  `remove_password`.
- `passkey_operations.py`: `begin_asking(at)` and `prove_passkey(state, answer, at) -> Proof`; `begin_adding` and
  `add_passkey`; `remove_passkey`. Options are for `hub/static/hub/passkey.js`.
- `account_operations.py`: `create_customer(name, proof)`, `change_email(customer, proof)`,
  `sign_in(customer, proof, at, label) -> secret`: of the link that is the phone's cookie from now on.
- `invitation_operations.py`, `people_operations.py`: a company's people, by its admins.
- `leaving_operations.py`: a member deletes their own data, or is told why not.

What does not count (wrong, too old, used, of nobody) is `NotProved`, with one text for all of it.
"""
