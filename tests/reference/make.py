"""Trims the reference values to what the tests hold: python3 make.py FOLDER [RANKS], where FOLDER holds expected.json,
expected_ranks.json and expected_ranks_highprec.json as expected.R, ranks_idx.R and rank_hi.py wrote them (R 4.2.2,
survey 4.5), and RANKS what ranks.R and rank_hi.py wrote of PISA scores and travel times."""

import json
import pathlib
import sys

source = pathlib.Path(sys.argv[1])
here = pathlib.Path(__file__).parent
expected = json.loads((source / "expected.json").read_text())
kept = {section: expected[section] for section in ("info", "A", "D", "D0")}
(here / "expected.json").write_text(json.dumps(kept, indent=1) + "\n")

ranks = json.loads((source / "expected_ranks.json").read_text())


def rank_case(name):
    """Everything but the time it took, and the covariance that the ranks came from."""
    design, index = name.split("_index_")
    block = expected["A"] if design == "A" else expected["calib"][design]
    kept = {key: value for key, value in ranks[name].items() if key not in ("seconds", "names")}
    return {"names": ranks[name]["names"], **kept, "covariance": block["cov_between_districts"][f"index_{index}"]}


kept = {name: rank_case(name) for name in ranks if name != "note"}
(here / "expected_ranks.json").write_text(json.dumps(kept) + "\n")
highprec = json.loads((source / "expected_ranks_highprec.json").read_text())
(here / "expected_ranks_highprec.json").write_text(json.dumps(highprec) + "\n")

if len(sys.argv) > 2:
    source = pathlib.Path(sys.argv[2])
    for name in ("ranks_reference.json", "ranks_highprec.json"):
        (here / name).write_text(json.dumps(json.loads((source / name).read_text())) + "\n")
