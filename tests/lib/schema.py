# SPDX-License-Identifier: GPL-2.0
"""Answers of the command, and the schemas that describe them.

schema.py described DIRECTORY
schema.py valid DIRECTORY COMMAND ANSWER [COMMAND ANSWER]...
"""
import glob
import json
import re
import sys

import jsonschema

# Numbers that count nothing.
IDENTIFIERS = {"port", "lport", "rport", "dev", "uid", "inode", "netns_inode", "cookie", "mark",
               "number", "peer", "local_cid", "remote_cid", "groups", "queue", "token", "assoc",
               "pid", "fd", "opener_pid", "opener_uid", "history", "base"}


# Times are in this unit, but for what has always been in another and is there for who asks
# for it by name.
TIME = re.compile(r"^microseconds( since 1970)?$")
OTHER_TIMES = {"expires": "milliseconds", "seconds": "seconds"}


def schema_of(directory, command):
    with open(f"{directory}/sockport-{command}.schema.json", encoding="ascii") as file:
        return json.load(file)


def types_of(schema):
    types = schema.get("type", [])
    return {types} if isinstance(types, str) else set(types)


def findings(schema, path):
    """Keys without a description, quantities without a unit, objects that may have more."""
    for key, value in schema.get("properties", {}).items():
        if not value.get("description") and types_of(value) - {"array", "object"}:
            yield f"{path}.{key} has no description"
        if types_of(value) & {"integer", "number"} and key not in IDENTIFIERS and not value.get("unit"):
            yield f"{path}.{key} has no unit"
        unit = value.get("unit", "")
        if "second" in unit and not (TIME.match(unit) or unit == OTHER_TIMES.get(key) or
                                     unit.endswith(" a second")):
            yield f"{path}.{key} is in {unit}"
        yield from findings(value, f"{path}.{key}")
    if "properties" in schema and schema.get("additionalProperties") is not False:
        yield f"{path} may have other keys"
    if "items" in schema:
        yield from findings(schema["items"], path)


def described(directory):
    found = []
    for path in glob.glob(f"{directory}/*.schema.json"):
        with open(path, encoding="ascii") as file:
            schema = json.load(file)
        jsonschema.Draft202012Validator.check_schema(schema)
        found += findings(schema, path.rsplit("/", 1)[1])
    return found


def instances(command, path):
    """Of events each line is one."""
    with open(path, encoding="utf-8") as file:
        if command == "events":
            return [json.loads(line) for line in file]
        return [json.load(file)]


def invalid(directory, command, path):
    validator = jsonschema.Draft202012Validator(schema_of(directory, command))
    answers = instances(command, path)
    if not answers or not any(answers):
        return [f"{command}: there is nothing in its answer"]
    return [f"{command}: {'/'.join(map(str, error.absolute_path))}: {error.message}"
            for answer in answers for error in validator.iter_errors(answer)]


def main(what, directory, *pairs):
    found = described(directory) if what == "described" else []
    for command, path in zip(pairs[::2], pairs[1::2]):
        found += invalid(directory, command, path)
    print("\n".join(found[:20]))
    return bool(found)


sys.exit(main(*sys.argv[1:]))
