// SPDX-License-Identifier: MIT
#include "kernel/program_table.hpp"

#include "kernel/builtin_program.hpp"

namespace knhk {

namespace {

constexpr std::size_t USER_HANDLERS_MAX = HANDLERS_MAX - USER_HANDLERS_BEGIN;

Result<void> install(RunSetup& run, const Program& program, HandlerId begin, std::size_t max) {
    if (program.handlers.size() > max) {
        return fail(Error::InvalidProgram);
    }
    HandlerId id = begin;
    for (const HandlerEntry& entry : program.handlers) {
        if (entry.run == nullptr || entry.name == nullptr ||
            std::string_view(entry.name).size() > HANDLER_NAME_MAX) {
            return fail(Error::InvalidProgram);
        }
        run.handlers[id++] = entry.run;
    }
    return {};
}

/// Ids of built-in guards begin where those of programs and workload files end.
Result<void> install_guards(RunSetup& run, const Program& program, u32 begin, u32 end) {
    for (const GuardEntry& entry : program.guards) {
        if (entry.name == nullptr || std::string_view(entry.name).size() > HANDLER_NAME_MAX ||
            entry.passes == nullptr || entry.id < begin || entry.id >= end ||
            run.guards[entry.id].function != nullptr) {
            return fail(Error::InvalidProgram);
        }
        run.guards[entry.id].function = entry.passes;
    }
    return {};
}

bool is_complete(const WorkloadEntry& entry) {
    return entry.name != nullptr && entry.input_count != nullptr && entry.input != nullptr;
}

const WorkloadEntry* find_in(const Program& program, std::string_view name) {
    for (const WorkloadEntry& entry : program.workloads) {
        if (name == entry.name) {
            return &entry;
        }
    }
    return nullptr;
}

/// Each workload is complete and the one that its name finds.
Result<void> check_workloads(const Program& program) {
    for (const WorkloadEntry& entry : program.workloads) {
        if (!is_complete(entry)) {
            return fail(Error::InvalidProgram);
        }
    }
    for (const WorkloadEntry& entry : program.workloads) {
        if (find_in(program, entry.name) != &entry ||
            find_in(BUILTIN_PROGRAM, entry.name) != nullptr) {
            return fail(Error::InvalidProgram);
        }
    }
    return {};
}

std::size_t list(const Program& program, HandlerId id, std::span<HandlerName> to) {
    std::size_t count = 0;
    for (const HandlerEntry& entry : program.handlers) {
        to[count++] = {id++, entry.version, entry.name};
    }
    return count;
}

} // namespace

Result<void> install_program(RunSetup& run) {
    Result<void> installed = install(run, BUILTIN_PROGRAM, 0, USER_HANDLERS_BEGIN);
    if (installed) {
        installed = check_workloads(knhk_user_program);
    }
    if (installed) {
        installed = install_guards(run, BUILTIN_PROGRAM, GUARDS_BUILTIN_BEGIN, GUARD_IDS);
    }
    if (installed) {
        installed = install_guards(run, knhk_user_program, 0, GUARDS_BUILTIN_BEGIN);
    }
    if (installed) {
        installed = install(run, knhk_user_program, USER_HANDLERS_BEGIN, USER_HANDLERS_MAX);
    }
    return installed;
}

const WorkloadEntry* find_workload(std::string_view name) {
    const WorkloadEntry* user = find_in(knhk_user_program, name);
    return user != nullptr ? user : find_in(BUILTIN_PROGRAM, name);
}

std::span<const HandlerName> list_handlers(std::span<HandlerName> buffer) {
    std::size_t count = list(BUILTIN_PROGRAM, 0, buffer);
    count += list(knhk_user_program, USER_HANDLERS_BEGIN, buffer.subspan(count));
    return buffer.first(count);
}

std::span<const HandlerName> list_guards(std::span<HandlerName> buffer) {
    const GuardEntry* by_id[GUARD_IDS] = {};
    for (const Program* program : {&knhk_user_program, &BUILTIN_PROGRAM}) {
        for (const GuardEntry& entry : program->guards) {
            by_id[entry.id] = &entry;
        }
    }
    std::size_t count = 0;
    for (const GuardEntry* entry : by_id) {
        if (entry != nullptr) {
            buffer[count++] = {entry->id, entry->version, entry->name};
        }
    }
    return buffer.first(count);
}

} // namespace knhk
