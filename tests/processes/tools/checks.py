"""Counting what held."""


class Checks:
    def __init__(self):
        self.passed = self.failed = self.skipped = 0

    def check(self, what, given, expected):
        if given == expected:
            self.passed += 1
        else:
            self.failed += 1
            print(f"FAILED {what}\n    expected {expected!r}\n    given    {given!r}")

    def skip(self, what, why):
        self.skipped += 1
        print(f"skipped: {what}: {why}")
