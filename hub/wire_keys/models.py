"""The hub's signing keys as everybody may see them. Only hub/wire_keys/operations.py writes them."""

from django.db import models

from contract.keys import KEY_BYTES, key_id


class WireKey(models.Model):
    """One generation: the newest seals what the hub says. Its private half is the file signing.N.key.

    `rotation` is the contract.seal.Rotation to it, sealed by the key before, and `old_until` the instant in that;
    the first key has neither: edges are enrolled with it.
    """

    generation = models.BigIntegerField(primary_key=True)
    public = models.BinaryField(max_length=KEY_BYTES, unique=True)
    made_at = models.DateTimeField()
    rotation = models.BinaryField(null=True)
    old_until = models.DateTimeField(null=True)

    class Meta:
        ordering = ["generation"]

    def __str__(self) -> str:
        return f"generation {self.generation}, {key_id(bytes(self.public)).hex()}"
