// SPDX-License-Identifier: MIT
// The archive from Rust, by declarations of our own. Prints how many checks held; with an argument
// one of them is wrong on purpose.
use std::alloc::{alloc, Layout};
use std::ffi::CStr;
use std::os::raw::{c_char, c_int, c_void};
use std::ptr::null;

#[repr(C, align(64))]
#[derive(Clone, Copy)]
struct Line([u64; 8]);

#[repr(C)]
#[derive(Clone, Copy, Default)]
struct Run {
    pred: u64,
    off: u64,
    len: u64,
}

#[repr(C)]
struct Context {
    s: *const u64,
    p: *const u64,
    o: *const u64,
    count: u64,
    run: Run,
}

#[repr(C)]
struct Hook {
    op: u32,
    k: u32,
    s: u64,
    p: u64,
    o: u64,
}

#[repr(C)]
struct Place {
    cycle: u64,
    shard: u64,
    hook: u64,
    sequence: u64,
}

#[repr(C)]
struct Limits {
    budget: u32,
    highest: u32,
}

#[repr(C)]
#[derive(Clone, Copy, Default)]
struct Receipt {
    cycle: u64,
    shard: u64,
    hook: u64,
    ticks: u32,
    actual_ticks: u32,
    lanes: u32,
    pad: u32,
    span: u64,
    a_hash: u64,
}

#[repr(C)]
#[derive(Clone, Copy, Default)]
struct Sealed {
    receipt: Receipt,
    content: u64,
}

#[repr(C)]
#[derive(Default)]
struct Outcome {
    answer: u32,
    cause: u32,
    sealed: Sealed,
}

#[repr(C, align(64))]
#[derive(Default)]
struct Rows {
    s: [u64; 8],
    o: [u64; 8],
    predicate: u64,
    mask: u32,
    count: u32,
    reserved: [u64; 6],
}

#[repr(C)]
#[derive(Default)]
struct Ring([u64; 3]);

#[link(name = "knhk", kind = "static")]
extern "C" {
    fn knhk_beat_init(beat: *mut u64, first: u64) -> c_int;
    fn knhk_beat_next(beat: *mut u64, cycle: *mut u64) -> c_int;
    fn knhk_beat_current(beat: *const u64, cycle: *mut u64) -> c_int;
    fn knhk_beat_tick(cycle: u64) -> u64;
    fn knhk_beat_pulse(cycle: u64) -> u64;
    fn knhk_ring_bytes_delta(size: u64) -> u64;
    fn knhk_ring_init_delta(ring: *mut Ring, size: u64, memory: *mut c_void, bytes: u64) -> c_int;
    fn knhk_ring_enqueue_delta(
        ring: *mut Ring, tick: u64, s: *const u64, p: *const u64, o: *const u64, count: u64,
        cycle: u64,
    ) -> c_int;
    fn knhk_ring_dequeue_delta(
        ring: *mut Ring, tick: u64, s: *mut u64, p: *mut u64, o: *mut u64, cycles: *mut u64,
        capacity: u64,
    ) -> c_int;
    fn knhk_ring_is_empty_delta(ring: *const Ring, tick: u64) -> c_int;
    fn knhk_ring_cleanup_delta(ring: *mut Ring) -> c_int;
    fn knhk_init_ctx(
        ctx: *mut Context, s: *const u64, p: *const u64, o: *const u64, count: u64,
    ) -> c_int;
    fn knhk_pin_run(ctx: *mut Context, run: Run, violation: *mut c_void) -> c_int;
    fn knhk_eval_bool(
        ctx: *const Context, hook: *const Hook, place: *const Place, receipt: *mut Sealed,
    ) -> c_int;
    fn knhk_fiber_execute(
        ctx: *const Context, hook: *const Hook, place: *const Place, limits: *const Limits,
        rows: *mut Rows, outcome: *mut Outcome,
    ) -> c_int;
    fn knhk_receipt_merge(a: *const Receipt, b: *const Receipt, merged: *mut Receipt) -> c_int;
    fn knhk_receipt_verify(ctx: *const Context, hook: *const Hook, found: *const Sealed) -> c_int;
    fn knhk_span_id(cycle: u64, shard: u64, hook: u64, sequence: u64) -> u64;
    fn knhk_hook_id(shard: u64, predicate: u64) -> u64;
    fn knhk_class_of(op: u32, rows: u64) -> c_int;
    fn knhk_kernel_select(name: *const c_char) -> c_int;
    fn knhk_error_text(code: c_int) -> *const c_char;
}

const E_NULL: c_int = -1;
const E_ALIGNMENT: c_int = -2;
const E_HANDLE: c_int = -3;
const E_RING_SIZE: c_int = -4;
const E_SLOT: c_int = -6;
const E_ROWS: c_int = -7;
const E_RUN: c_int = -8;
const E_FULL: c_int = -10;
const E_OPERATION: c_int = -12;
const E_RECEIPT: c_int = -15;
const E_KERNELS_UNKNOWN: c_int = -16;
const PARKED: c_int = 1;
const ASK_SP: u32 = 1;
const CONSTRUCT8: u32 = 32;

#[derive(Default)]
struct Checks {
    held: u32,
    failed: u32,
}

impl Checks {
    fn that(&mut self, condition: bool, what: &str) {
        if condition {
            self.held += 1;
        } else {
            self.failed += 1;
            println!("calls.rs: not so: {}", what);
        }
    }
}

unsafe fn check_beats(checks: &mut Checks) {
    let (mut beat, mut cycle) = (0u64, 99u64);
    checks.that(knhk_beat_init(&mut beat, 8) == 0, "a beat begins");
    checks.that(knhk_beat_next(&mut beat, &mut cycle) == 0 && cycle == 8, "the old one");
    checks.that(knhk_beat_current(&beat, &mut cycle) == 0 && cycle == 9, "the next one");
    checks.that(knhk_beat_tick(15) == 7 && knhk_beat_pulse(8) == 1, "slots and pulses");
    checks.that(knhk_beat_next(&mut beat, std::ptr::null_mut()) == E_NULL, "nowhere to write");
}

unsafe fn check_deltas(checks: &mut Checks) {
    let bytes = knhk_ring_bytes_delta(8);
    let memory = alloc(Layout::from_size_align(bytes as usize + 64, 64).unwrap());
    let mut ring = Ring::default();
    let init = |ring: &mut Ring, size, first: *mut u8| {
        knhk_ring_init_delta(ring, size, first as *mut c_void, bytes)
    };
    checks.that(init(&mut ring, 10, memory) == E_RING_SIZE, "not a power of two");
    checks.that(init(&mut ring, 8, memory.add(8)) == E_ALIGNMENT, "memory is aligned");
    checks.that(knhk_ring_is_empty_delta(&ring, 0) == E_HANDLE, "no ring yet");
    checks.that(init(&mut ring, 8, memory) == 0, "a ring of eight");
    let words: Vec<u64> = (1..9).collect();
    let w = words.as_ptr();
    let put = |ring: &mut Ring, tick, s, count| {
        knhk_ring_enqueue_delta(ring, tick, s, w, w, count, 42)
    };
    checks.that(put(&mut ring, 0, w, 2) == 0, "two rows fit");
    checks.that(put(&mut ring, 0, w, 7) == E_FULL, "seven more do not");
    checks.that(put(&mut ring, 8, w, 1) == E_SLOT, "eight slots");
    checks.that(put(&mut ring, 0, w, 0) == E_ROWS, "no rows");
    checks.that(put(&mut ring, 0, null(), 1) == E_NULL, "no subjects");
    let mut out = [[0u64; 8]; 4];
    let [s, p, o, c] = &mut out;
    let taken = knhk_ring_dequeue_delta(
        &mut ring, 0, s.as_mut_ptr(), p.as_mut_ptr(), o.as_mut_ptr(), c.as_mut_ptr(), 8,
    );
    checks.that(taken == 2 && out[0][1] == 2 && out[3][0] == 42, "as they went in");
    checks.that(knhk_ring_cleanup_delta(&mut ring) == 0, "cleaned up");
    checks.that(knhk_ring_cleanup_delta(&mut ring) == E_HANDLE, "once");
}

unsafe fn check_evaluation(checks: &mut Checks) {
    let (s, p, o) = (Line([1, 2, 3, 4, 5, 6, 7, 8]), Line([5; 8]), Line([9; 8]));
    let mut ctx: Context = std::mem::zeroed();
    let (sp, pp, op) = (s.0.as_ptr(), p.0.as_ptr(), o.0.as_ptr());
    checks.that(knhk_init_ctx(&mut ctx, sp.add(1), pp, op, 8) == E_ALIGNMENT, "a line");
    checks.that(knhk_init_ctx(&mut ctx, sp, pp, op, 8) == 0, "a context");
    let pin = |ctx: &mut Context, off, len| {
        knhk_pin_run(ctx, Run { pred: 5, off, len }, std::ptr::null_mut())
    };
    checks.that(pin(&mut ctx, 0, 9) == E_ROWS, "nine rows are blocked");
    checks.that(pin(&mut ctx, 4, 5) == E_RUN, "outside of the arrays");
    checks.that(pin(&mut ctx, 0, 8) == 0, "a run");
    let hook_id = knhk_hook_id(0, 5);
    let place = Place { cycle: 1, shard: 0, hook: hook_id, sequence: 0 };
    let mut hook = Hook { op: ASK_SP, k: 0, s: 4, p: 5, o: 0 };
    let mut sealed = Sealed::default();
    checks.that(knhk_eval_bool(&ctx, &hook, &place, &mut sealed) == 1, "subject 4 is there");
    let receipt = sealed.receipt;
    checks.that(receipt.cycle == 1 && receipt.shard == 0 && receipt.hook == hook_id, "its ids");
    checks.that(receipt.ticks >= 1 && receipt.ticks <= 8 && receipt.lanes == 8, "its cost");
    checks.that(receipt.span == knhk_span_id(1, 0, hook_id, 0) && receipt.span != 0, "its span");
    checks.that(receipt.a_hash == 8, "1 ^ 2 ^ ... ^ 8; the others cancel out");
    checks.that(knhk_receipt_verify(&ctx, &hook, &sealed) == 0, "it holds");
    sealed.content ^= 1;
    checks.that(knhk_receipt_verify(&ctx, &hook, &sealed) == E_RECEIPT, "it no longer does");
    let (mut rows, mut outcome) = (Rows::default(), Outcome::default());
    let limits = Limits { budget: 8, highest: 1 };
    let code = knhk_fiber_execute(&ctx, &hook, &place, &limits, &mut rows, &mut outcome);
    checks.that(code == 0 && outcome.answer == 1, "completed");
    hook.op = CONSTRUCT8;
    let code = knhk_fiber_execute(&ctx, &hook, &place, &limits, &mut rows, &mut outcome);
    checks.that(code == PARKED && outcome.cause == 2, "not hot");
    hook.op = 19;
    checks.that(
        knhk_eval_bool(&ctx, &hook, &place, &mut sealed) == E_OPERATION, "no such operation",
    );
    let mut merged = receipt;
    checks.that(knhk_receipt_merge(&receipt, &receipt, &mut merged) == 0, "merged");
    checks.that(merged.lanes == 16 && merged.span == 0 && merged.cycle == 1, "with itself");
}

unsafe fn check_the_rest(checks: &mut Checks) {
    checks.that(knhk_class_of(ASK_SP, 9) == 2, "nine rows are warm");
    checks.that(knhk_kernel_select(b"scalar\0".as_ptr() as *const c_char) == 0, "everywhere");
    checks.that(
        knhk_kernel_select(b"sse\0".as_ptr() as *const c_char) == E_KERNELS_UNKNOWN, "no such name",
    );
    let text = CStr::from_ptr(knhk_error_text(E_NULL)).to_str().unwrap();
    checks.that(text == "a null pointer", text);
}

fn main() {
    let mut checks = Checks::default();
    unsafe {
        check_beats(&mut checks);
        check_deltas(&mut checks);
        check_evaluation(&mut checks);
        check_the_rest(&mut checks);
    }
    checks.that(std::env::args().count() == 1, "there is no argument");
    println!("{} checks held, {} did not", checks.held, checks.failed);
    std::process::exit((checks.failed != 0) as i32);
}
