# SPDX-License-Identifier: MIT
"""What run_spin.py checks: proofs, faults that must be caught, and situations that must occur, so
that no proof is one of models in which nothing happens."""

from dataclasses import dataclass, field

STATES = "states"  # assertions and deadlocks in every state; any other property is an LTL formula


@dataclass(frozen=True)
class Check:
    """`kind` is "proof" (must hold), "fault" (a planted FAULT_ must be caught) or "occurs"."""
    kind: str
    model: str
    property: str
    options: tuple = field(default=())
    fault: str = ""
    long: bool = False

    def name(self):
        what = f"{self.model} {' '.join(self.options)}".strip()
        return f"{what} {self.fault or self.property}"


def words(text):
    return tuple(text.split())


def proofs(model, properties, *option_sets, long=False):
    return [Check("proof", model, p, words(options), long=long)
            for options in option_sets for p in words(properties)]


def faults(model, property_name, options, names):
    return [Check("fault", model, property_name, words(options), "FAULT_" + name)
            for name in words(names)]


def occurring(model, options, names):
    return [Check("occurs", model, name, words(options)) for name in words(names)]


PROOFS = [
    *proofs("barrier", "states passes woken comes_back", "W=2 SPINS=0"),
    *proofs("barrier", "states", "W=2 SPINS=1", "W=2 SPINS=0 BARE", "W=3 SPINS=0 LEAST=3"),
    *proofs("barrier", "passes woken", "W=3 SPINS=0 LEAST=3"),
    *proofs("beat", "states ends woken delivered admitted beats_end", "W=2 C=2",
            "W=2 C=2 DYNAMIC STOP LEAST=2"),
    *proofs("beat", "states", "W=2 C=2 DYNAMIC STOP"),
    *proofs("beat", "states ends", "W=2 C=2 LATENCY=2 LATE=1 LEAST=2"),
    *proofs("beat", "states", "W=2 C=3 K=1 DYNAMIC LEAST=2", "W=2 C=2 BUDGET=2 STOP LEAST=2"),
    *proofs("drain", "states stops published beats_end", "W=2 RING=3"),
    *proofs("drain", "states", "W=2 RING=4"),
]

LONG_PROOFS = [
    *proofs("barrier", "passes woken comes_back", "W=2 SPINS=0 BARE", "W=2 SPINS=1 BARE",
            long=True),
    *proofs("barrier", "passes woken", "W=3 SPINS=1 LEAST=3", long=True),
    *proofs("barrier", "states", "W=3 SPINS=0 BARE LEAST=3", "W=3 SPINS=1 BARE LEAST=3",
            "W=3 SPINS=0", "W=3 SPINS=0 LEAST=2", long=True),
    *proofs("beat", "states", "W=2 C=2 LATENCY=2 LATE=1", "W=2 C=3 K=1 DYNAMIC",
            "W=2 C=2 BUDGET=2 STOP SPINS=1", "W=2 C=2 BUDGET=2 LATENCY=2 LEAST=2", long=True),
    *proofs("beat", "ends delivered", "W=2 C=2 DYNAMIC STOP", long=True),
    *proofs("beat", "ends delivered", "W=2 C=3 K=1 DYNAMIC LEAST=2", long=True),
    *proofs("drain", "states stops", "W=2 RING=5 PART_MAX=2", long=True),
]

OCCURRENCES = [
    *occurring("barrier", "W=3", "others_never_asleep late_sleeper_never"),
    *occurring("barrier", "W=2", "off_duty_never_asleep never_left_behind"),
    *occurring("barrier", "W=2 BARE", "others_never_asleep off_duty_never_asleep"),
    *occurring("beat", "W=2 C=2 LATE=1 STOP",
               "never_quiescent never_waits_alone never_two_in_line never_stopped_early "
               "never_off_duty_at_the_end"),
    *occurring("drain", "W=2 RING=3", "never_full never_stopped never_ends_by_itself"),
]

BARRIER_FAULTS = [
    *faults("barrier", STATES, "W=2",
            "RELEASE_WITHOUT_LOOK LOOK_BEFORE_RELEASE SLEEP_ANNOUNCED_AFTER_LOOK "
            "WAIT_WITHOUT_COMPARE PASSAGE_ONE_MORE PASSAGE_ONE_LESS BASE_NOT_ADVANCED "
            "RELEASED_ONE_EARLY COUNT_NOT_ATOMIC SLEEPERS_NOT_COUNTED_DOWN "
            "ROSTER_WITHOUT_LOOK ROSTER_WOKEN_BEFORE_IT_IS_WRITTEN ROSTER_WAKES_THE_COUNT "
            "ROSTER_OF_THE_WRONG_PASSAGE ROSTER_CHANGED_BEFORE_IT_WAS_FOLLOWED "
            "OFF_DUTY_ANNOUNCED_AFTER_LOOK OFF_DUTY_AWAITS_THE_RELEASE"),
    *faults("barrier", STATES, "W=3", "WAKES_ONE"),
    *faults("barrier", "passes", "W=2", "RELEASE_WITHOUT_LOOK"),
    *faults("barrier", "woken", "W=2", "LOOK_BEFORE_RELEASE"),
    *faults("barrier", STATES, "W=2 BARE",
            "MARK_AFTER_LOOK INTERRUPT_TAKEN_BEFORE_HALT RELEASE_WITHOUT_LOOK "
            "ROSTER_WAKES_THE_COUNT"),
]

BEAT_FAULTS = [
    *faults("beat", STATES, "W=2 C=2",
            "RELEASE_WITHOUT_LOOK PASSAGE_ONE_LESS BASE_NOT_ADVANCED "
            "CREDIT_OF_THIS_BEAT CREDIT_RETURNED_AT_ONCE CREDIT_NEVER_RETURNED "
            "SENT_NOT_COUNTED REDUCTION_MISSES_ONE REDUCTION_OF_WHO_IS_OFF_DUTY "
            "CORES_OF_WHO_IS_OFF_DUTY NOT_DISMISSED "
            "QUIESCENCE_IGNORES_ON_THE_WAY QUIESCENCE_IGNORES_LINES "
            "SENDER_NOT_MARKED MARK_NOT_ATOMIC DUE_AT_ONCE "
            "LAST_PARTS_NOT_WRITTEN TRAILER_BEFORE_THE_BARRIER"),
    *faults("beat", STATES, "W=2 C=2 BUDGET=2",
            "CREDIT_AT_LINE_UP SENDERS_NOT_CLEARED LIST_NOT_EMPTIED"),
    *faults("beat", STATES, "W=2 C=2 DYNAMIC",
            "CLAIM_NOT_RESET CLAIM_RESET_EARLY CLAIM_NOT_ATOMIC"),
    *faults("beat", STATES, "W=2 C=2 LATENCY=2", "SLOT_SHARED_BY_TWO_BEATS"),
    *faults("beat", STATES, "W=2 C=2 LATENCY=2 LATE=1 DUE_SLOTS=4", "PARITY_OF_BEAT_NUMBER"),
    *faults("beat", "ends", "W=2 C=2", "LINED_UP_NOT_COUNTED OUTCOME_NOT_RESET"),
    *faults("beat", "delivered", "W=2 C=2", "SENDER_NOT_MARKED"),
]

DRAIN_FAULTS = [
    *faults("drain", STATES, "W=2 RING=3",
            "FITS_IS_ONE_OFF PUBLISHED_BEFORE_THE_PARTS "
            "BLOCK_BEGUN_BEFORE_THE_LAST_IS_FINISHED "
            "LAST_PARTS_NOT_WRITTEN TRAILER_NOT_PUBLISHED ENDED_BEFORE_THE_LAST_BYTE "
            "PHASE_LOOKED_AT_LAST RELEASED_BEFORE_READ NEVER_RELEASED"),
    *faults("drain", "stops", "W=2 RING=3", "STOP_IGNORED BLOCK_LARGER_THAN_THE_RING"),
    *faults("drain", "published", "W=2 RING=3", "LAST_BLOCK_NOT_FINISHED"),
    *faults("drain", "beats_end", "W=2 RING=3", "BLOCK_LARGER_THAN_THE_RING"),
]

CHECKS = PROOFS + LONG_PROOFS + OCCURRENCES + BARRIER_FAULTS + BEAT_FAULTS + DRAIN_FAULTS
