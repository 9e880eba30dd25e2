// SPDX-License-Identifier: MIT
// What can go wrong without being a bug: one enum, one table of texts. Bugs go to base/check.hpp.
#pragma once

#include <expected>

#include "base/types.hpp"

namespace knhk {

enum class Error : u8 {
    UnknownKey,
    BadNumber,
    OutOfRange,
    CoresNotPowerOfTwo,
    WorkersAboveCores,
    WorkersAboveHarts,
    UnknownWorkload,
    UnknownLevel,
    UnknownDrain,
    BadContainer,
    ContainerVersion,
    SectionVersion,
    BadBootInfo,
    InvalidProgram,
    UnknownClaiming,
    NotOnOrOff,
    QueueFull,
    QueueEmpty,
    NoWork,
    InvalidCore,
    InvalidGuard,
    TooManyGuards,
    BudgetTooLarge,
    InvalidTask,
    InvalidTimestamp,
    NoWatch,
    BadTopology,
    UnknownInputs,
    InputsNeedDrain,
    BadCheckpoint,
    UnknownInstructionSet,
    NoInstructionSet,
};

constexpr const char* text_of(Error error) {
    switch (error) {
    case Error::UnknownKey:
        return "unknown key (docs/architecture.md lists them)";
    case Error::BadNumber:
        return "not a number (decimal, or hexadecimal behind 0x)";
    case Error::OutOfRange:
        return "number out of range";
    case Error::CoresNotPowerOfTwo:
        return "cores must be a power of two, 1 to 256";
    case Error::WorkersAboveCores:
        return "workers must be 1 to the number of cores";
    case Error::WorkersAboveHarts:
        return "more workers than this machine has harts";
    case Error::UnknownWorkload:
        return "unknown workload (use pure, ring, fanout, ordered, mixed or one of the image's)";
    case Error::UnknownLevel:
        return "unknown level: use digest, inputs or full";
    case Error::UnknownDrain:
        return "unknown drain: use shared or console";
    case Error::BadContainer:
        return "damaged container (pack it again)";
    case Error::ContainerVersion:
        return "container of another version (this image reads 1)";
    case Error::SectionVersion:
        return "container section of another kind or version (this image reads 1 to 3, version 1)";
    case Error::BadBootInfo:
        return "boot information of another version";
    case Error::NotOnOrOff:
        return "neither on nor off";
    case Error::BadTopology:
        return "no topology (docs/workload.md has their spelling; latencies are 1 to 7)";
    case Error::BadCheckpoint:
        return "the checkpoint is refused";
    case Error::UnknownClaiming:
        return "unknown claiming: use static or dynamic";
    case Error::InvalidProgram:
        return "invalid program (handlers and workloads need functions and names of their own)";
    case Error::QueueFull:
        return "queue full";
    case Error::QueueEmpty:
        return "queue empty";
    case Error::NoWork:
        return "no work is left";
    case Error::InvalidCore:
        return "no such core (cores are numbered from 0)";
    case Error::InvalidGuard:
        return "no such guard (guard ids are 0 to 1023)";
    case Error::TooManyGuards:
        return "too many guards (a task has 8 at most)";
    case Error::BudgetTooLarge:
        return "budget too large (8 ticks at most)";
    case Error::InvalidTask:
        return "invalid task (no such handler or level, or a field that must be zero)";
    case Error::InvalidTimestamp:
        return "timestamp too large (2^62 at most)";
    case Error::NoWatch:
        return "this machine has no timer by which beats could be watched";
    case Error::UnknownInputs:
        return "unknown inputs: use none, open or recorded";
    case Error::InputsNeedDrain:
        return "inputs come by the shared drain: use drain=shared";
    case Error::UnknownInstructionSet:
        return "unknown instruction set: use auto, scalar, avx2, avx512, neon or rvv";
    case Error::NoInstructionSet:
        return "this machine cannot run kernels of that instruction set (use isa=auto)";
    }
    return "unknown error";
}

template<class T>
using Result = std::expected<T, Error>;

constexpr std::unexpected<Error> fail(Error error) {
    return std::unexpected<Error>(error);
}

/// What a run, an image and the command return, on every platform.
enum class ExitStatus : u8 {
    Ok = 0,          ///< as asked
    CheckSaysNo = 1, ///< a comparison or a check says no
    BadInput = 2,    ///< the input or the usage is wrong
    Environment = 3, ///< the environment cannot do it
    RunFailed = 4,   ///< the run itself failed: panic, fault, time limit
    BeatTooLong = 5, ///< a beat took longer than the operator allowed
};
inline constexpr ExitStatus EXIT_STATUS_LAST = ExitStatus::BeatTooLong;

} // namespace knhk
