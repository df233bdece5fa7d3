"""`make lint`: words that this project's texts no longer use, and what to write instead.

They are searched in every tracked text file: code, comments, pages and documents. ALLOWED lists literal uses.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

UNIT = "(reject|request|page|group|minute|second|type|file)"
RETIRED = {
    r"mend(s|ed|ing)?": "fix, correct",
    r"anew": "again",
    r"whoever": "anyone who",
    r"who asks": "the client",
    r"the door('s)?": "the endpoint, the API",
    r"affairs?": "job, responsibility",
    r"(put|puts|putting) right": "fix, replay, resolve",
    r"no good": "invalid",
    r"of (its|their|her|his) own accord": "automatically",
    r"judg(e|es|ed|ing|ment)": "validate",
    r"work orders?": "task",
    r"order(s|ed)? again": "dispatch again, redeliver",
    r"(laid|lay|lies|lie) under": "merged in as defaults",
    r"lies?": "is",
    r"stands?(?!-| for)": "is",
    r"ticked": "selected",
    r"renews? itself": "refreshes",
    r"heeds?": "respect",
    r"(?<!there )is no (page|number|array|object|link|time|host|group|place|json|uuid|user|form)": "is not a",
    r"hears? the no|the person's word|whose word|gave the word": "consent",
    r"go(es)? on (where|as|by|behind|after|consuming|working)": "continue",
    r"thrown? away": "discard",
    r"as (it|they) came": "as received",
    r"the house|this house": "architecture, package",
    r"the seed's": "the original logger's",
    r"(no|every|some)body's fault": "not the data's fault",
    rf"(a|one) {UNIT} an? {UNIT}": "per",
}
TEXT = {
    ".py",
    ".js",
    ".ts",
    ".mjs",
    ".md",
    ".html",
    ".css",
    ".sql",
    ".yml",
    ".env",
    ".conf",
    ".toml",
    ".json",
    ".txt",
    "",
}
SKIPPED = (
    "dev/plain_words.py",
    "dev/requirements.lock",
    "docs/images/",
    "LICENSE",
    "logger/package-lock.json",
    "requirements.lock",
    "static/",  # built from logger/
    "study_app/static/vendor/",
    "tests/integration/data/",
    "tests/requirements.lock",
)
ALLOWED = {
    # file: the words in it that are meant literally
    "analytics_app/cli/rebuild.py": ("anew",),  # the former name of an option
    "tests/integration/test_rebuild.py": ("anew",),
    "analytics_app/database/migrations/versions/0006_reject_codes.py": ("lies",),  # a sentence of old rows
}

PATTERN = re.compile(
    "|".join(rf"(?P<w{number}>\b(?:{words})\b)" for number, words in enumerate(RETIRED)), re.IGNORECASE
)
REPLACEMENTS = list(RETIRED.values())


def tracked() -> list[Path]:
    names = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\n")
    return [ROOT / name for name in names if name and not name.startswith(SKIPPED) and Path(name).suffix in TEXT]


def findings(path: Path) -> list[str]:
    """One line for each retired word in a file."""
    name = str(path.relative_to(ROOT))
    found = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        for match in PATTERN.finditer(line):
            if match[0].lower() in ALLOWED.get(name, ()):
                continue
            instead = next(text for key, text in enumerate(REPLACEMENTS) if match[f"w{key}"])
            found.append(f"{name}:{number}: {match[0]!r}: write {instead}")
    return found


def main() -> int:
    """1 if there are any, after printing them."""
    found = [line for path in tracked() if path.is_file() for line in findings(path)]
    print("\n".join(found) or "No retired words.")
    return min(len(found), 1)


if __name__ == "__main__":
    sys.exit(main())
