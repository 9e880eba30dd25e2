# SPDX-License-Identifier: MIT
"""Shows that the runner of the proofs can fail: whatever is not a whole proof, or a fault that is
caught, is wrong. Usage: run_spin_test.py"""

import os
import unittest
from unittest import mock

import run_spin
from spin_checks import CHECKS, STATES, Check

BARRIER = ("W=2",)


def outcome(*checks):
    """Whether the run is good, and its lines."""
    lines = []
    return run_spin.run(checks, say=lines.append), "\n".join(lines)


class RunSpinTest(unittest.TestCase):
    def assert_wrong(self, check, words):
        good, lines = outcome(check)
        self.assertFalse(good, lines)
        self.assertIn(words, lines)

    def test_proof_of_the_barrier_holds(self):
        good, lines = outcome(Check("proof", "barrier", STATES, BARRIER))
        self.assertTrue(good, lines)

    def test_fault_that_changes_nothing_is_not_caught(self):
        # In the model's text, but of the other platform.
        fault = "FAULT_INTERRUPT_TAKEN_BEFORE_HALT"
        self.assert_wrong(Check("fault", "barrier", STATES, BARRIER, fault), "not caught")

    def test_fault_that_no_model_knows_is_refused(self):
        fault = "FAULT_NONE_OF_THESE"
        self.assert_wrong(Check("fault", "barrier", STATES, BARRIER, fault), "no such fault")

    def test_formula_that_no_model_knows_is_refused(self):
        self.assert_wrong(Check("proof", "barrier", "none_of_these", BARRIER), "no such fault")

    def test_proof_of_a_faulty_model_fails(self):
        for fault in ("RELEASE_WITHOUT_LOOK", "PASSAGE_ONE_LESS"):
            check = Check("proof", "barrier", STATES, (*BARRIER, "FAULT_" + fault))
            self.assert_wrong(check, "violated")

    def test_situation_that_never_occurs_is_wrong(self):
        check = Check("occurs", "barrier", "passes", BARRIER)
        self.assert_wrong(check, "does not occur")

    def test_search_that_is_not_deep_enough_is_no_proof(self):
        with mock.patch.object(run_spin, "DEPTHS", (100,)):
            self.assert_wrong(Check("proof", "barrier", STATES, BARRIER), "incomplete")

    def test_search_that_runs_out_of_memory_is_no_proof(self):
        with mock.patch.object(run_spin, "MEMORY_MIB_MAX", 133):
            self.assert_wrong(Check("proof", "barrier", STATES, ("W=3",)), "WRONG")

    def test_search_that_runs_out_of_time_is_no_proof(self):
        with mock.patch.object(run_spin, "SECONDS_MAX", {False: 0.01}):
            self.assert_wrong(Check("proof", "barrier", STATES, ("W=3", "SPINS=1")), "WRONG")

    def test_model_that_does_not_compile_is_wrong(self):
        self.assert_wrong(Check("proof", "barrier", STATES, ("W=nothing",)), "no result")

    def test_missing_tool_is_named(self):
        with mock.patch.dict(os.environ, {"PATH": "/nowhere"}):
            with self.assertRaisesRegex(run_spin.Missing, "spin"):
                outcome(Check("proof", "barrier", STATES, BARRIER))

    def test_every_fault_of_the_models_is_checked(self):
        planted = {check.fault for check in CHECKS}
        for model in run_spin.HERE.glob("*.pml"):
            for fault in set(run_spin.re.findall(r"\bFAULT_\w+", model.read_text())):
                self.assertIn(fault, planted, model.name)


if __name__ == "__main__":
    unittest.main()
