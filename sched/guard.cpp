// SPDX-License-Identifier: MIT
#include "sched/guard.hpp"

#include "sched/state_words.hpp"

namespace knhk {

namespace {

/// Outside of what there is, a word reads as 0: rules were checked when their workload was opened.
u64 subject_of(const GuardRule& rule, GuardView& view) {
    switch (rule.subject) {
    case GuardSubject::Nothing:
        break;
    case GuardSubject::Payload:
        return view.task().payload[rule.index % PAYLOAD_WORDS];
    case GuardSubject::State:
        return state_word(view.state(), rule.index);
    case GuardSubject::Observation: {
        const u32 number = rule.index / OBSERVATION_WORDS;
        return number < view.observations().size()
                   ? view.observations()[number].words[rule.index % OBSERVATION_WORDS]
                   : 0;
    }
    case GuardSubject::Id:
        return view.task().id;
    }
    return 0;
}

bool holds(const GuardRule& rule, u64 subject) {
    switch (rule.test) {
    case GuardTest::Never:
        return false;
    case GuardTest::Always:
        return true;
    case GuardTest::Equal:
        return subject == rule.value;
    case GuardTest::NotEqual:
        return subject != rule.value;
    case GuardTest::Less:
        return subject < rule.value;
    case GuardTest::AtLeast:
        return subject >= rule.value;
    case GuardTest::AnyBits:
        return (subject & rule.value) != 0;
    case GuardTest::AllBits:
        return (subject & rule.value) == rule.value;
    case GuardTest::Between:
        return rule.value <= subject && subject <= rule.to;
    }
    return false;
}

} // namespace

bool passes(const Guard& guard, GuardView& view) {
    const bool held = guard.function != nullptr ? guard.function(view)
                      : guard.rule != nullptr   ? holds(*guard.rule, subject_of(*guard.rule, view))
                                                : false;
    return held && !view.denied();
}

} // namespace knhk
