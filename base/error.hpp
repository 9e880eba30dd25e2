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
    BadReceipt,
    InvariantsBroken,
    OtherSnapshot,
    NoFreeSlot,
    SnapshotNotKept,
    UnknownInstructionSet,
    NoInstructionSet,
    UnknownOperation,
    // Of the C interface (docs/errors.md).
    NullPointer,
    Misaligned,
    NotARing,
    BadRingSize,
    RingMemory,
    InvalidSlot,
    RunTooLong,
    RunOutside,
    OtherPredicate,
    CapacityTooSmall,
    BadLimits,
    InvalidCause,
    ReceiptDiffers,
};

struct ErrorText {
    Error error;
    const char* text;
};
/// In the enum's order.
inline constexpr ErrorText ERROR_TEXTS[] = {
    {Error::UnknownKey, "unknown key (docs/architecture.md lists them)"},
    {Error::BadNumber, "not a number (decimal, or hexadecimal behind 0x)"},
    {Error::OutOfRange, "number out of range"},
    {Error::CoresNotPowerOfTwo, "cores must be a power of two, 1 to 256"},
    {Error::WorkersAboveCores, "workers must be 1 to the number of cores"},
    {Error::WorkersAboveHarts, "more workers than this machine has harts"},
    {Error::UnknownWorkload,
     "unknown workload (use pure, ring, fanout, ordered, mixed or one of the image's)"},
    {Error::UnknownLevel, "unknown level: use digest, inputs or full"},
    {Error::UnknownDrain, "unknown drain: use shared or console"},
    {Error::BadContainer, "damaged container (pack it again)"},
    {Error::ContainerVersion, "container of another version (this image reads 1)"},
    {Error::SectionVersion,
     "container section of another kind or version (this image reads 1 to 3, version 1)"},
    {Error::BadBootInfo, "boot information of another version"},
    {Error::InvalidProgram,
     "invalid program (handlers and workloads need functions and names of their own)"},
    {Error::UnknownClaiming, "unknown claiming: use static or dynamic"},
    {Error::NotOnOrOff, "neither on nor off"},
    {Error::QueueFull, "queue full"},
    {Error::QueueEmpty, "queue empty"},
    {Error::NoWork, "no work is left"},
    {Error::InvalidCore, "no such core (cores are numbered from 0)"},
    {Error::InvalidGuard, "no such guard (guard ids are 0 to 1023)"},
    {Error::TooManyGuards, "too many guards (a task has 8 at most)"},
    {Error::BudgetTooLarge, "budget too large (8 ticks at most)"},
    {Error::InvalidTask, "invalid task (no such handler or level, or a field that must be zero)"},
    {Error::InvalidTimestamp, "timestamp too large (2^62 at most)"},
    {Error::NoWatch, "this machine has no timer by which beats could be watched"},
    {Error::BadTopology, "no topology (docs/workload.md has their spelling; latencies are 1 to 7)"},
    {Error::UnknownInputs, "unknown inputs: use none, open or recorded"},
    {Error::InputsNeedDrain, "inputs come by the shared drain: use drain=shared"},
    {Error::BadCheckpoint, "the checkpoint is refused"},
    {Error::BadReceipt, "no receipt of a snapshot, or a damaged one (build the snapshot again)"},
    {Error::InvariantsBroken, "the receipt lacks an invariant ('knhk sigma show' says which)"},
    {Error::OtherSnapshot, "snapshot and receipt are not both those of the id that is asked for"},
    {Error::NoFreeSlot, "a core may still read what would be overwritten: try again a beat later"},
    {Error::SnapshotNotKept, "no slot has this snapshot any more: promote it anew"},
    {Error::UnknownInstructionSet,
     "unknown instruction set: use auto, scalar, avx2, avx512, neon or rvv"},
    {Error::NoInstructionSet,
     "this machine cannot run kernels of that instruction set (use isa=auto)"},
    {Error::UnknownOperation, "no such operation (docs/isa.md lists them)"},
    {Error::NullPointer, "a null pointer"},
    {Error::Misaligned, "a pointer that is not aligned as it has to be (docs/c-interface.md)"},
    {Error::NotARing, "no ring of this kind (initialise it first)"},
    {Error::BadRingSize, "not the size of a ring (a power of two, 8 or more where it counts rows)"},
    {Error::RingMemory, "less memory than the ring needs"},
    {Error::InvalidSlot, "no such tick slot (slots are 0 to 7)"},
    {Error::RunTooLong, "too many rows or hooks (8 at most), or none"},
    {Error::RunOutside, "the run does not lie within its arrays"},
    {Error::OtherPredicate, "a row has another predicate than its run"},
    {Error::CapacityTooSmall, "what is next does not fit into what was given"},
    {Error::BadLimits, "a budget is 1 to 8 ticks, a class R1, W1 or C1"},
    {Error::InvalidCause, "no such cause (causes are 1 to 4)"},
    {Error::ReceiptDiffers, "the receipt does not say what comes out"},
};

consteval bool each_error_has_its_text() {
    u32 value = 0;
    for (const ErrorText& entry : ERROR_TEXTS) {
        if (entry.error != static_cast<Error>(value++)) {
            return false;
        }
    }
    return ERROR_TEXTS[value - 1].error == Error::ReceiptDiffers;
}
static_assert(each_error_has_its_text());

constexpr const char* text_of(Error error) {
    for (const ErrorText& entry : ERROR_TEXTS) {
        if (entry.error == error) {
            return entry.text;
        }
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
