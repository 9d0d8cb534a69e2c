"""Trims the reference values to what the tests hold: python3 make.py FOLDER, where FOLDER holds expected.json and
expected_ranks.json as expected.R and ranks_idx.R wrote them (R 4.2.2, survey 4.5)."""

import json
import pathlib
import sys

source = pathlib.Path(sys.argv[1])
here = pathlib.Path(__file__).parent
expected = json.loads((source / "expected.json").read_text())
kept = {section: expected[section] for section in ("info", "A", "D", "D0", "rep", "quant", "tests")}
(here / "expected.json").write_text(json.dumps(kept, indent=1) + "\n")

ranks = json.loads((source / "expected_ranks.json").read_text())
names = ("names", "est", "rank", "holm_pairwise")
kept = {case: {name: ranks[case][name] for name in names} for case in ranks if case.startswith("A_")}
(here / "expected_ranks.json").write_text(json.dumps(kept, indent=1) + "\n")
