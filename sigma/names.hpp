// SPDX-License-Identifier: MIT
// What people call the operations, guard kinds and patterns of a snapshot (docs/sigma.md).
#pragma once

#include "base/perfect_map.hpp"
#include "isa/op_code.hpp"
#include "isa/pattern.hpp"
#include "isa/sigma_tables.hpp"

namespace knhk {

inline constexpr PerfectMap OP_NAMES({
    NamedValue<OpCode>{"ask_sp", OpCode::AskSp},
    {"count_sp_ge", OpCode::CountSpGe},
    {"ask_spo", OpCode::AskSpo},
    {"select_sp", OpCode::SelectSp},
    {"count_sp_le", OpCode::CountSpLe},
    {"count_sp_eq", OpCode::CountSpEq},
    {"ask_op", OpCode::AskOp},
    {"unique_sp", OpCode::UniqueSp},
    {"count_op_ge", OpCode::CountOpGe},
    {"count_op_le", OpCode::CountOpLe},
    {"count_op_eq", OpCode::CountOpEq},
    {"compare_o_eq", OpCode::CompareOEq},
    {"compare_o_gt", OpCode::CompareOGt},
    {"compare_o_lt", OpCode::CompareOLt},
    {"compare_o_ge", OpCode::CompareOGe},
    {"compare_o_le", OpCode::CompareOLe},
    {"validate_datatype_sp", OpCode::ValidateDatatypeSp},
    {"validate_datatype_spo", OpCode::ValidateDatatypeSpo},
    {"construct8", OpCode::Construct8},
});

inline constexpr PerfectMap GUARD_KIND_NAMES({
    NamedValue<SigmaGuardKind>{"tick_budget", SigmaGuardKind::TickBudget},
    {"carry", SigmaGuardKind::Carry},
    {"authorization", SigmaGuardKind::Authorization},
    {"schema", SigmaGuardKind::Schema},
    {"custom", SigmaGuardKind::Custom},
});

inline constexpr PerfectMap PATTERN_NAMES({
    NamedValue<PatternId>{"sequence", PatternId::Sequence},
    {"parallel_split", PatternId::ParallelSplit},
    {"synchronization", PatternId::Synchronization},
    {"exclusive_choice", PatternId::ExclusiveChoice},
    {"simple_merge", PatternId::SimpleMerge},
    {"multi_choice", PatternId::MultiChoice},
    {"structured_merge", PatternId::StructuredMerge},
    {"multi_merge", PatternId::MultiMerge},
    {"discriminator", PatternId::Discriminator},
    {"arbitrary_cycles", PatternId::ArbitraryCycles},
    {"implicit_termination", PatternId::ImplicitTermination},
    {"deferred_choice", PatternId::DeferredChoice},
    {"timeout", PatternId::Timeout},
    {"cancellation", PatternId::Cancellation},
    {"retry", PatternId::Retry},
    {"circuit_breaker", PatternId::CircuitBreaker},
});

/// Every code that is defined has a name, and nothing else has.
consteval bool every_operation_has_a_name() {
    for (u32 raw = 0; raw < 256; ++raw) {
        const auto code = static_cast<OpCode>(raw);
        if (OP_NAMES.name_of(code).empty() == is_defined(code)) {
            return false;
        }
    }
    return true;
}
consteval bool every_pattern_has_a_name() {
    for (u16 id = 0; id < PATTERNS_END; ++id) {
        const bool has_name = !PATTERN_NAMES.name_of(static_cast<PatternId>(id)).empty();
        if (has_name != (pattern_cost(id) != 0)) {
            return false;
        }
    }
    return true;
}
static_assert(every_operation_has_a_name() && every_pattern_has_a_name());
static_assert(*OP_NAMES.find("construct8") == OpCode::Construct8);
static_assert(OP_NAMES.find("construct9") == nullptr && OP_NAMES.find("") == nullptr);

} // namespace knhk
