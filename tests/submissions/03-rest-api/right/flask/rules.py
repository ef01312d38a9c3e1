"""What a book must look like. Each rule says what is wrong in words, or nothing."""

DEFAULTS = {"tags": [], "summary": None}


class Invalid(Exception):
    """Something that was sent breaks the rules; `errors` maps the member's name to what is wrong with it."""

    def __init__(self, errors):
        super().__init__(errors)
        self.errors = errors


def book(data):
    """The members of a book out of `data`, with defaults for those that may be left out. Raises Invalid."""
    if not isinstance(data, dict):
        raise Invalid({"body": "must be a JSON object"})
    data = DEFAULTS | data
    errors = {name: wrong for name, rule in RULES.items() if (wrong := rule(data.get(name)))}
    if errors:
        raise Invalid(errors)
    return {name: data[name] for name in RULES}


def text(longest):
    def rule(value):
        if not isinstance(value, str) or not value.strip() or len(value) > longest:
            return f"must be a string of 1 to {longest} characters"
        return None

    return rule


def year(value):
    # True is an int in Python, but no year.
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= 2100:
        return "must be a whole number from 1 to 2100"
    return None


def tags(value):
    if not isinstance(value, list) or len(value) > 10:
        return "must be a list of at most 10 tags"
    if not all(isinstance(tag, str) and 1 <= len(tag) <= 30 for tag in value):
        return "must be strings of 1 to 30 characters"
    return None


def summary(value):
    if value is not None and (not isinstance(value, str) or len(value) > 2000):
        return "must be a string of at most 2000 characters, or null"
    return None


RULES = {"title": text(200), "author": text(100), "year": year, "tags": tags, "summary": summary}
