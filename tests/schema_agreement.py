#!/usr/bin/env python3
"""Compares the hand validator with a JSON Schema validator on every file of the corpus.

schema_agreement.py VERDICT_PROGRAM SCHEMA CORPUS. Editors read the schema, mlpipe its own validator: they must say
the same of every file that is YAML. Files in bad/beyond hold what a schema cannot say; the schema must accept them,
or they belong in bad/schema. Exit code 1 names every file on which the two differ.
"""
import json
import pathlib
import re
import subprocess
import sys

import jsonschema
import yaml


class CoreLoader(yaml.SafeLoader):
    """YAML 1.2 core scalars; keys are texts; PyYAML itself follows YAML 1.1."""

    yaml_implicit_resolvers = {}

    def construct_mapping(self, node, deep=False):
        self.flatten_mapping(node)
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise yaml.constructor.ConstructorError(None, None, "a key that is no text", key.start_mark)
        return {key.value: self.construct_object(value, deep=True) for key, value in node.value}


def construct_map(loader, node):
    return loader.construct_mapping(node)


def core(tag, pattern, first):
    CoreLoader.add_implicit_resolver("tag:yaml.org,2002:" + tag, re.compile(f"^(?:{pattern})$"), list(first))


core("null", "|~|null|Null|NULL", ["", "~", "n", "N"])
core("bool", "true|True|TRUE|false|False|FALSE", "tTfF")
core("int", "[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", "-+0123456789")
core("float", r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)",
     "-+.0123456789")
core("merge", "<<", "<")


def integer(loader, node):
    text = node.value
    return int(text, 0) if text[:2] in ("0x", "0o") else int(text)


CoreLoader.add_constructor("tag:yaml.org,2002:int", integer)
CoreLoader.add_constructor("tag:yaml.org,2002:map", construct_map)


def schema_validator(path):
    """Draft 7, where `$` is the end of the text and not also before its last newline, and 1.0 is no integer."""
    text = json.loads(path.read_text(encoding="utf-8"))

    def pattern(validator, expression, instance, schema):
        strict = expression[:-1] + r"\Z" if expression.endswith("$") else expression
        if isinstance(instance, str) and not re.search(strict, instance):
            yield jsonschema.ValidationError(f"{instance!r} does not match {expression!r}")

    types = jsonschema.Draft7Validator.TYPE_CHECKER.redefine(
        "integer", lambda _, value: isinstance(value, int) and not isinstance(value, bool))
    strict = jsonschema.validators.extend(jsonschema.Draft7Validator, {"pattern": pattern}, type_checker=types)
    jsonschema.Draft7Validator.check_schema(text)
    return strict(text)


def schema_verdict(validator, path):
    try:
        document = yaml.load(path.read_bytes().decode("utf-8-sig"), Loader=CoreLoader)
    except (yaml.YAMLError, ValueError, RecursionError):
        return "no YAML"
    try:
        return "accepted" if validator.is_valid(document) else "refused"
    except RecursionError:
        return "no YAML"


def main():
    program, schema, corpus = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
    validator = schema_validator(schema)
    files = sorted(corpus.rglob("*.yaml"))
    lines = subprocess.run([program, *map(str, files)], check=True, capture_output=True, text=True).stdout.splitlines()
    ours = {line.split(" ", 1)[1]: line.split(" ", 1)[0] for line in lines}
    differences = []
    compared = 0
    for path in files:
        theirs, mine = schema_verdict(validator, path), ours[str(path)]
        place = path.relative_to(corpus).parent.as_posix()
        expected = {"good": ("accepted",), "bad/schema": ("refused",), "bad/beyond": ("accepted", "refused", "no YAML")}
        if theirs not in expected[place] or mine != ("accepted" if place == "good" else "refused"):
            differences.append(f"{path}: mlpipe says {mine}, the schema says {theirs}, the folder says {place}")
        if place == "bad/beyond" and theirs == "refused" and path.stem not in ("empty", "comment_only", "empty_map"):
            differences.append(f"{path}: the schema refuses it, so it belongs in bad/schema")
        compared += theirs != "no YAML"
    print(f"{len(files)} files, {compared} compared with the schema, {len(differences)} differences")
    print("\n".join(differences))
    if compared < 120 or differences:
        sys.exit(1)


if __name__ == "__main__":
    main()
