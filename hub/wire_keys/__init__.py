"""The keys by which the hub seals what it says: their generations, and the rotation from each to the next."""
