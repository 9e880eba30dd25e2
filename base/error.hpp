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
    CommandLineTooLong,
    BadContainer,
    ContainerVersion,
    SectionVersion,
    BadLatency,
    BadBootInfo,
    InvalidProgram,
    ClockExhausted,
};

constexpr const char* text_of(Error error) {
    switch (error) {
    case Error::UnknownKey:
        return "unknown key on the command line";
    case Error::BadNumber:
        return "not a number";
    case Error::OutOfRange:
        return "number out of range";
    case Error::CoresNotPowerOfTwo:
        return "cores must be a power of two, 1 to 256";
    case Error::WorkersAboveCores:
        return "workers must be 1 to the number of cores";
    case Error::WorkersAboveHarts:
        return "more workers asked for than this machine has harts";
    case Error::UnknownWorkload:
        return "unknown workload";
    case Error::UnknownLevel:
        return "unknown level: use digest, inputs or full";
    case Error::UnknownDrain:
        return "unknown drain: use shared or console";
    case Error::CommandLineTooLong:
        return "command line too long";
    case Error::BadContainer:
        return "damaged container";
    case Error::ContainerVersion:
        return "container of another version";
    case Error::SectionVersion:
        return "container section of another version";
    case Error::BadLatency:
        return "a latency is 1 to 7 beats";
    case Error::BadBootInfo:
        return "boot information of another version";
    case Error::InvalidProgram:
        return "a program's handlers or workloads are invalid";
    case Error::ClockExhausted:
        return "the logical clock would pass 2^63";
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
};

} // namespace knhk
