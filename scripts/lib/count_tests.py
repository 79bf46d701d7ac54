"""count_tests.py REPORT STATUS: names what was skipped and what failed in ctest's JUnit report; the last line counts.

STATUS is ctest's exit code: a report that does not show why ctest failed must not look like success.
"""
import sys
import xml.etree.ElementTree


def main():
    path, status = sys.argv[1], int(sys.argv[2])
    named = {"passed": [], "failed": [], "skipped": []}
    try:
        cases = list(xml.etree.ElementTree.parse(path).iter("testcase"))
    except (OSError, xml.etree.ElementTree.ParseError) as error:
        print(f"no report of the tests: {error}")
        cases = []
    for case in cases:
        skipped = case.find("skipped") is not None or case.get("status") in ("notrun", "disabled")
        failed = case.find("failure") is not None or case.find("error") is not None or case.get("status") == "fail"
        named["failed" if failed else "skipped" if skipped else "passed"].append(case.get("name"))
    for state in ("skipped", "failed"):
        for name in named[state]:
            print(f"{state}: {name}")
    if not cases:
        print("not one test was run")
    elif status != 0 and not named["failed"]:
        print(f"ctest ended with exit code {status} although no test is reported as failed")
    print(", ".join(f"{len(named[state])} {state}" for state in ("passed", "failed", "skipped")))
    return 0 if cases and status == 0 and not named["failed"] else 1


if __name__ == "__main__":
    sys.exit(main())
