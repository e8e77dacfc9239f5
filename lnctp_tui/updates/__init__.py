"""New versions of the program: fetched, checked, unpacked beside this one, and begun when nobody is being listened to.

Nothing here holds the vault's key. Source: docs/decisions/046.
"""
