# SPDX-License-Identifier: MIT
"""Makes the seeds of the corpus: small real files, written by the command where it can be asked,
and by hand where a real one is too large. Findings lie beside them and stay.
Usage: make_corpus.py SOURCE BUILD"""

import struct
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "independent"))
sys.dont_write_bytecode = True

from xxh3 import xxh3_64  # noqa: E402

PAGE_BYTES = 4096
LOGS = {
    "pure": ["pure", "--cores", "1", "--tasks", "1"],
    "ring": ["ring", "--cores", "2", "--tasks", "20"],
    "digest": ["fanout", "--cores", "2", "--tasks", "9", "--level", "digest"],
    "inputs": ["fanout", "--cores", "1", "--tasks", "9", "--level", "inputs"],
}
WORDS = ["cores=4 workers=2 workload=ring tasks=200", "level=digest drain=shared beats=9",
         "topology=mesh:2x2x1:1:2 stealing=on claim=dynamic chaos=7 telemetry=on",
         "topology=hierarchical:2,2:1,2,3 cores=4 seed=18446744073709551615", "latency=7 cores=256",
         "checkpoint=8 resume=on drain=shared", "isa=rvv isa=auto"]
TOPOLOGIES = ["flat:1", "flat:7", "hierarchical:2,2:1,2,3", "hierarchical:4,4,4:1,2,3,4",
              "mesh:2x2x1:1:2", "mesh:8x8x4:1:1"]
SYS = ["""cpu/online=0-3
cpu/cpu0/topology/core_cpus_list=0,2
cpu/cpu1/topology/core_cpus_list=1,3
cpu/cpu0/topology/package_cpus_list=0-3
node/online=0-1
node/node0/cpulist=0,2
node/node1/cpulist=1,3
""", """cpu/online=0-1
cpu/cpu0/topology/thread_siblings_list=0-1
cpu/cpu0/topology/core_siblings_list=0-1
node/online=0
node/node0/cpulist=
"""]
CONSOLE = """knhk: result beats=3 tasks=5 events=11 remote_messages=2 cores=4 workers=2 \
digest=00112233445566778899aabbccddeeff reason=beat-limit
knhk: exit status=0
knhk: panic: sched/core.cpp:12: core 1, beat 2
knhk-loader: error: no such file: give another
knhk: error: tasks=x: not a number
"""


INPUTS = """{"kind": "parse", "id": 7, "life": 2, "value": 3, "data": 4}
{"kind": "merge", "id": 8, "at": 900, "priority": "high", "budget": 3, "guards": [1, 2]}

{"handler": "pure", "id": 9, "payload": [20, 0, 0, 0], "stateless": true}
{"eval": 3, "run": 1, "data": [4, "0x5"], "life": 2, "id": 6}
{"sigma": {"knhk_sigma": 1, "name": "s", "hooks": [{"name": "h", "op": "ask_sp", "subject": 1, \
"predicate": 5}], "tasks": [{"name": "t", "pattern": "sequence", "hooks": ["h"]}]}}
{"close": true}
"""
OUTSIDE = """{"handler": "pure", "id": 7}
{"handler": "ring", "id": 3, "payload": [2, 0, 0, 0], "at": 50}
"""
# What the machines of QEMU do not have: buses that show their devices elsewhere, aliases, memory
# that is kept, harts that are switched off.
BOARD = """/dts-v1/;
/memreserve/ 0x80000000 0x40000;
/ {
    #address-cells = <2>;
    #size-cells = <2>;
    compatible = "some,board";
    aliases { serial0 = &console; };
    chosen {
        bootargs = "workers=2";
        stdout-path = "serial0:115200n8";
        linux,initrd-start = <0x88000000>;
        linux,initrd-end = <0x0 0x88001000>;
    };
    cpus {
        #address-cells = <1>;
        #size-cells = <0>;
        timebase-frequency = <1000000>;
        cpu@0 { device_type = "cpu"; reg = <0>; status = "disabled"; };
        cpu@1 { device_type = "cpu"; reg = <1>; };
        cpu@101 { device_type = "cpu"; reg = <0x101>; status = "okay"; };
    };
    psci { compatible = "arm,psci"; method = "smc"; cpu_on = <0x95c10002>; };
    memory@80000000 {
        device_type = "memory";
        reg = <0x0 0x80000000 0x0 0x10000000 0x1 0x0 0x0 0x20000000>;
    };
    reserved-memory {
        #address-cells = <2>;
        #size-cells = <2>;
        ranges;
        monitor@80000000 { reg = <0x0 0x80000000 0x0 0x20000>; no-map; };
        pool { size = <0x0 0x400000>; };
    };
    soc {
        compatible = "simple-bus";
        #address-cells = <1>;
        #size-cells = <1>;
        ranges = <0x7e000000 0x0 0xfe000000 0x1800000>;
        bus@7e200000 {
            #address-cells = <1>;
            #size-cells = <1>;
            ranges = <0x0 0x7e200000 0x10000>;
            console: serial@1000 {
                compatible = "arm,pl011", "arm,primecell";
                reg = <0x1000 0x200>;
            };
        };
        lost { #address-cells = <1>; #size-cells = <1>; serial@0 { reg = <0 4>; }; };
    };
};
"""
TREES = {"virt": ["virt,gic-version=2", "-smp", "2"],
         "virt_large": ["virt,gic-version=3,virtualization=on", "-smp", "12"]}


class Corpus:
    def __init__(self, source, build):
        self.folder = source / "tests" / "fuzz" / "corpus"
        self.command = build / "tools" / "knhk-command"
        self.examples = source / "examples"
        self.image = next(build.glob("knhk-*.elf"))

    def put(self, target, name, data):
        path = self.folder / target / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)

    def knhk(self, *words):
        subprocess.run([self.command, *words], check=True, stdout=subprocess.DEVNULL)




def make_logs(corpus, scratch):
    for name, words in LOGS.items():
        log = scratch / f"{name}.log"
        corpus.knhk("run", *words, "--log", log)
        corpus.put("log", name, log.read_bytes())
    lines = scratch / "lines"
    lines.write_text(OUTSIDE, encoding="ascii")
    log = scratch / "outside.log"
    corpus.knhk("run", "pure", "--cores", "1", "--tasks", "1", "--input", lines, "--log", log)
    corpus.put("log", "outside", log.read_bytes())
    digests = scratch / "a.digests"
    corpus.knhk("digests", scratch / "ring.log", "-o", digests)
    corpus.put("digests", "ring", digests.read_bytes())
    roots = scratch / "a.roots"
    corpus.knhk("run", "ring", "--roots", roots, "--repeat", "2")
    corpus.put("roots", "two", small_array(roots.read_bytes(), 2))
    proof = scratch / "a.proof"
    corpus.knhk("prove", scratch / "ring.log", "--event", "3", "-o", proof)
    corpus.put("proof", "ring", proof.read_bytes())


def small_array(data, count):
    """An array of `count` records that has room for no more: docs/log-format.md, Roots file."""
    record_bytes, = struct.unpack_from("<I", data, 12)
    head = data[:24] + struct.pack("<Q", count)
    return (head + struct.pack("<QQQQ", xxh3_64(head), count, 0, 0) +
            data[64:64 + count * record_bytes] + bytes(record_bytes))


def container_of(sections):
    """docs/container.md."""
    table, payload = b"", b""
    begin = 32 + 32 * len(sections)
    for kind, data in sections:
        table += struct.pack("<IIQQQ", kind, 1, begin + len(payload), len(data), 0)
        payload += data + bytes(-len(data) % 8)
    content = table + payload
    return struct.pack("<QIIQQ", 0x544E4F434B484E4B, 1, len(sections), 32 + len(content),
                       xxh3_64(content)) + content


def make_workloads(corpus, scratch):
    files = [path for path in sorted(corpus.examples.glob("*.json"))
             if path.stat().st_size < 8192]
    for path in files:
        packed = scratch / "packed"
        corpus.knhk("pack", path, "-o", packed)
        data = packed.read_bytes()
        corpus.put("workload", path.stem, path.read_bytes())
        if len(data) < 8192:
            script = data[64:] if data[:8] == b"KNHKCONT" else data
            corpus.put("script", path.stem, script)
            corpus.put("container", path.stem, container_of([(2, script)]))
    corpus.put("container", "words", container_of([(1, b"workload=ring tasks=5\n")]))




def make_sigma(corpus, scratch):
    """Texts of all patterns, and what they become."""
    for text in [corpus.examples / "sigma" / "access.json",
                 *sorted((corpus.examples / "patterns" / "sigma").glob("*.json"))]:
        built = scratch / "built.sigma"
        corpus.knhk("sigma", "build", text, "-o", built)
        corpus.put("sigma", text.stem + "-text", text.read_bytes())
        corpus.put("sigma", text.stem, built.read_bytes())


def make_images(corpus):
    """The real image's first page of headers, and its note, as an image of a few hundred bytes."""
    data = corpus.image.read_bytes()
    entry, table = struct.unpack_from("<QQ", data, 24)
    count, = struct.unpack_from("<H", data, 56)
    headers = [struct.unpack_from("<IIQQQQQQ", data, table + 56 * i) for i in range(count)]
    note = next(h for h in headers if h[0] == 4)
    first = min((h for h in headers if h[0] == 1), key=lambda h: h[3])
    note_bytes = data[note[2]:note[2] + note[5]]
    names = b"\0main\0_ZN4knhk3runEv\0"
    base = first[3]
    symbols = struct.pack("<IBBHQQ", 0, 0, 0, 0, 0, 0) + struct.pack(
        "<IBBHQQ", 1, 0x12, 0, 1, base, 64) + struct.pack("<IBBHQQ", 6, 0x12, 0, 1, base + 64, 64)
    note_at = 64 + 2 * 56
    symbols_at = note_at + len(note_bytes)
    names_at = symbols_at + len(symbols)
    sections_at = (names_at + len(names) + 7) // 8 * 8
    size = sections_at + 3 * 64
    program = struct.pack("<IIQQQQQQ", 1, 5, 0, base, base, size, PAGE_BYTES, PAGE_BYTES)
    program += struct.pack("<IIQQQQQQ", 4, 4, note_at, 0, 0, len(note_bytes), len(note_bytes), 4)
    sections = bytes(64) + struct.pack(
        "<IIQQQQIIQQ", 0, 2, 0, 0, symbols_at, len(symbols), 2, 1, 8, 24) + struct.pack(
        "<IIQQQQIIQQ", 0, 3, 0, 0, names_at, len(names), 0, 0, 1, 0)
    head = struct.pack("<16sHHIQQQIHHHHHH", b"\x7fELF\2\1\1", 2, 62, 1, base + 0x10, 64,
                       sections_at, 0, 64, 56, 2, 64, 3, 0)
    body = head + program + note_bytes + symbols + names
    corpus.put("image", "small", body + bytes(sections_at - len(body)) + sections)
    corpus.put("image", "cut", data[:1024])
    assert entry >= base


def make_checkpoints(corpus, scratch):
    """The texts of a real one, one page of it, and the end."""
    folder = scratch / "checkpoints"
    corpus.knhk("run", "ring", "--cores", "4", "--tasks", "200", "--checkpoints", folder,
                "--checkpoint-every", "8")
    data = sorted(path for path in folder.iterdir() if path.is_file())[0].read_bytes()
    identity_bytes, workload_bytes = struct.unpack_from("<II", data, 40)
    texts_end = (104 + identity_bytes + workload_bytes + 7) // 8 * 8
    region, _, first_page, _, _ = struct.unpack_from("<IIQQQ", data, texts_end)
    page = data[texts_end + 32:texts_end + 32 + PAGE_BYTES]
    link, = struct.unpack_from("<Q", data, 96)
    runs = b""
    for pages, check, body in ((1, xxh3_64(page), page), (0, xxh3_64(b""), b"")):
        where = (region, first_page) if pages else (0, 0)
        link = xxh3_64(struct.pack("<QQQQ", where[0] << 32 | pages, where[1], check, link))
        runs += struct.pack("<IIQQQ", where[0], pages, where[1], check, link) + body
    corpus.put("checkpoint", "ring", data[:texts_end] + runs)


def make_device_trees(corpus, scratch):
    """Of emulated machines, without the room that they leave for more; and one written by hand."""
    for name in ("kernel", "initrd"):
        (scratch / name).write_bytes(bytes(4096))
    for name, (machine, *options) in TREES.items():
        tree = scratch / f"{name}.dtb"
        subprocess.run(["qemu-system-aarch64", "-M", f"{machine},dumpdtb={tree}", *options, "-cpu",
                        "cortex-a72", "-m", "512M", "-kernel", scratch / "kernel", "-initrd",
                        scratch / "initrd", "-append", "workers=2", "-display", "none"], check=True)
        corpus.put("device_tree", name, compiled_tree(tree.read_bytes(), "dtb"))
    corpus.put("device_tree", "board", compiled_tree(BOARD.encode(), "dts"))


def compiled_tree(data, form):
    return subprocess.run(["dtc", "-q", "-I", form, "-O", "dtb"], input=data, check=True,
                          stdout=subprocess.PIPE).stdout


def main():
    corpus = Corpus(Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve())
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        make_logs(corpus, scratch)
        make_workloads(corpus, scratch)
        make_sigma(corpus, scratch)
        make_images(corpus)
        make_checkpoints(corpus, scratch)
        make_device_trees(corpus, scratch)
    for number, words in enumerate(WORDS):
        corpus.put("words", f"words{number}", words.encode())
    for number, text in enumerate(TOPOLOGIES):
        corpus.put("topology", f"topology{number}", text.encode())
    for number, text in enumerate(SYS):
        corpus.put("sys", f"sys{number}", text.encode())
    corpus.put("inputs", "lines", INPUTS.encode())
    corpus.put("console", "all", CONSOLE.encode())


if __name__ == "__main__":
    main()
