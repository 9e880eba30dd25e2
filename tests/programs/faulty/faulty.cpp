// SPDX-License-Identifier: MIT
// Handlers that go wrong on purpose, each as a workload: what must never pass for a good run.
#include "sched/program.hpp"

#include <array>

#include "base/check.hpp"
#include "tests/programs/faulty/machine.hpp"

using namespace knhk;

namespace {

// Volatile, so that the compiler neither sees through it nor drops the access.
volatile u64 sink;

void read_null(TaskContext&) {
    const volatile u64* null = nullptr;
    asm volatile("" : "+r"(null));
    sink = *null;
}

void write_text(TaskContext&) {
    auto* text = reinterpret_cast<volatile u8*>(reinterpret_cast<u64>(&read_null));
    *text = 0;
}

void execute_data(TaskContext&) {
    static u8 code[] = {0xC3};
    auto* data = reinterpret_cast<void (*)()>(reinterpret_cast<u64>(&code[0]));
    data();
}

[[gnu::noinline]] u64 dig(u64 depth) {
    volatile u8 block[256];
    block[depth % sizeof block] = static_cast<u8>(depth);
    return depth == ~u64{0} ? 0 : dig(depth + 1) + block[0];
}

void overflow_stack(TaskContext&) {
    sink = dig(0);
}

void divide_by_zero(TaskContext& context) {
    volatile u64 zero = 0;
    sink = context.task().id / zero;
}

void undefined_instruction(TaskContext&) {
    execute_undefined();
}

void hang(TaskContext&) {
    for (;;) {
        sink = sink + 1;
    }
}

/// Goes from core to core, one a beat, and never returns from its last step. Payload: steps left.
void stray(TaskContext& context) {
    const u64 left = context.payload(0);
    if (left == 0) {
        hang(context);
    }
    context.output(left);
    context.spawn(Task{
        .id = context.task().id + 1, .handler = context.task().handler, .payload = {left - 1}});
}

/// Returns, though late. Meanwhile its sums lie in vector registers, which an interrupt must leave
/// as they are.
void late(TaskContext& context) {
    using Pair = u64 __attribute__((vector_size(16)));
    Pair a = {1, 2};
    Pair b = {3, 4};
    Pair c = {5, 6};
    Pair d = {7, 8};
    for (u64 round = 0; round < 150'000'000; ++round) {
        a += a + b;
        b ^= c;
        c += c + d;
        d += a ^ b;
    }
    context.output(a[0] ^ b[0], a[1] ^ b[1], c[0] ^ d[0], c[1] ^ d[1]);
}

/// A bare machine that cannot deliver an exception resets itself or is lost in it. In a process the
/// instruction itself is refused.
void triple_fault(TaskContext&) {
    const u8 empty_table[10] = {};
    lose_vectors(empty_table);
    execute_undefined();
}

/// Fails a check of the runtime's own: a bug, as far as anybody can see.
void panic(TaskContext&) {
    knhk_panic("faulty.cpp", 1, "a handler that behaves", 0);
}

enum : u32 { NULL_READ, TEXT, DATA, STACK, DIVIDE, UNDEFINED, HANG, TRIPLE, PANIC, STRAY, LATE };

template<u32 Index>
Task only(const WorkloadParameters&, u64) {
    return Task{.handler = user_handler(Index)};
}

/// Inputs that no core can take: every worker finds one before the first beat.
u64 many(const WorkloadParameters&) {
    return 256;
}

Task invalid(const WorkloadParameters&, u64) {
    return Task{.handler = user_handler(200)};
}

u64 one(const WorkloadParameters&) {
    return 1;
}

u64 as_many(const WorkloadParameters& parameters) {
    return parameters.tasks;
}

Task stray_input(const WorkloadParameters& parameters, u64) {
    return Task{.handler = user_handler(STRAY), .payload = {parameters.tasks}};
}

constexpr auto HANDLERS = std::to_array<HandlerEntry>({
    {"faulty.null", 1, read_null},
    {"faulty.text", 1, write_text},
    {"faulty.data", 1, execute_data},
    {"faulty.stack", 1, overflow_stack},
    {"faulty.divide", 1, divide_by_zero},
    {"faulty.undefined", 1, undefined_instruction},
    {"faulty.hang", 1, hang},
    {"faulty.triple", 1, triple_fault},
    {"faulty.panic", 1, panic},
    {"faulty.stray", 1, stray},
    {"faulty.late", 1, late},
});

constexpr auto WORKLOADS = std::to_array<WorkloadEntry>({
    {"null", 1, one, only<NULL_READ>},
    {"text", 1, one, only<TEXT>},
    {"data", 1, one, only<DATA>},
    {"stack", 1, one, only<STACK>},
    {"divide", 1, one, only<DIVIDE>},
    {"undefined", 1, one, only<UNDEFINED>},
    {"hang", 1, one, only<HANG>},
    {"triple", 1, one, only<TRIPLE>},
    {"panic", 1, one, only<PANIC>},
    {"hang-all", 1, as_many, only<HANG>},
    {"stray", 1, one, stray_input},
    {"late", 1, as_many, only<LATE>},
    {"invalid", 1, many, invalid},
});

} // namespace

constinit const Program knhk_user_program{HANDLERS, WORKLOADS};
