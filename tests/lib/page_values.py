# SPDX-License-Identifier: GPL-2.0
"""How page.py expects values of the command's JSON to look."""

import decimal
import re

UNITS = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"]


def rounded(value, digits):
    exact = decimal.Decimal(value).quantize(decimal.Decimal(10) ** -digits,
                                            rounding=decimal.ROUND_HALF_UP)
    return f"{exact:f}"


def in_bytes(value):
    unit = 0
    while value >= 1024 and unit < len(UNITS) - 1:
        value, unit = value / 1024, unit + 1
    return f"{rounded(value, 1 if unit and value < 100 else 0)} {UNITS[unit]}"


def in_time(microseconds):
    seconds = microseconds / 1000000
    if seconds < 0.001:
        return f"{microseconds} \u00b5s"
    if seconds < 1:
        return f"{rounded(seconds * 1000, 0)} ms"
    if seconds < 120:
        return f"{rounded(seconds, 1 if seconds < 10 else 0)} s"
    return f"{rounded(seconds / 60, 0)} min"


def as_object(value):
    if "pid" in value:
        accepts = f":{value['accepts']:,}" if "accepts" in value else ""
        return f"{value.get('comm') or '?'}[{value['pid']}]{accepts}"
    return ", ".join(f"{key}:{as_text(one)}" for key, one in value.items() if one is not None)


def as_text(value):
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, list):
        return ", ".join(map(as_text, value)) or "-"
    return (as_object(value) if isinstance(value, dict) else value) or "-"


def is_quantity(name):
    return bool(re.match(r"bytes_|[rt]x_queue", name))


def is_duration(name):
    return name in ("busy", "rwnd_limited", "sndbuf_limited")


def is_time(name):
    """These depend on where the browser is, or go on by themselves."""
    return bool(re.fullmatch(r"(time|first|last|since|duration|active|rtt|elapsed|seconds)"
                             r"|.*_(active|age)", name))


def plain(value):
    return ", ".join(map(plain, value)) if isinstance(value, list) else str(value)


def shown(name, value):
    if isinstance(value, (int, list)) and not isinstance(value, bool) and \
            re.fullmatch(r"(.*_)?(port|pid|uids?|fd|inode)", name):
        return plain(value) or "-"
    if is_duration(name) and value is not None:
        return in_time(value)
    return in_bytes(value) if is_quantity(name) and value is not None else as_text(value)
