from edition_office import filled

__all__ = ["filled"]
