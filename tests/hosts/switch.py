#!/usr/bin/env python3
"""A switch between emulated hosts, with a rate and a delay, where the kernel has no netem.

usage: switch.py MEGABITS MICROSECONDS READY_FILE PID...

Gives the network namespace of each process an interface eth0 (a TAP device) and carries frames between them. A frame
takes its bytes over the rate to leave its host, then the delay, then the receiver's line, which it needs for as long
again but shares with frames from other hosts; nothing is ever lost. Frames of up to 64 KB pass whole, as the kernel
leaves cutting them to the hardware.
"""

import ctypes
import fcntl
import heapq
import os
import select
import struct
import sys
import time

CLONE_NEWNET = 0x40000000
TUNSETIFF, TUNSETOFFLOAD, TUNSETVNETHDRSZ = 0x400454CA, 0x400454D0, 0x400454D8
TAP, NO_PACKET_INFORMATION, OFFLOAD_HEADER = 0x0002, 0x1000, 0x4000
CHECKSUMS_AND_LONG_FRAMES = 0x01 | 0x02 | 0x04
HEADER = 10  # bytes of the offload header, before each frame
LONGEST = 70000
AHEAD_NANOSECONDS = 300_000  # how far a host's line may be booked; until then its frames wait in the kernel


def open_device(libc, process, number):
    """eth0 of the namespace of a process."""
    with open(f"/proc/{process}/ns/net", "rb") as namespace:
        if libc.setns(namespace.fileno(), CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), "setns")
    device = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(device, TUNSETIFF, struct.pack("16sH22x", b"eth0", TAP | NO_PACKET_INFORMATION | OFFLOAD_HEADER))
    fcntl.ioctl(device, TUNSETVNETHDRSZ, struct.pack("i", HEADER))
    fcntl.ioctl(device, TUNSETOFFLOAD, CHECKSUMS_AND_LONG_FRAMES)
    os.system(f"ip link set eth0 address 02:00:00:00:00:{number:02x}")
    return device


def carry(devices, nanoseconds_per_byte, delay):
    """For ever."""
    out_free = [0] * len(devices)  # when a host's line is free
    in_free = [0] * len(devices)
    under_way = []  # (time of arrival, order, device, frame)
    order = 0
    place = {device: number for number, device in enumerate(devices)}
    while True:
        now = time.monotonic_ns()
        while under_way and under_way[0][0] <= now:
            _, _, device, frame = heapq.heappop(under_way)
            try:
                os.write(device, frame)
            except OSError:
                pass  # an interface that is down hears nothing
        readable = [device for number, device in enumerate(devices) if out_free[number] - now < AHEAD_NANOSECONDS]
        wake = [time_ - AHEAD_NANOSECONDS for time_ in out_free if time_ - now >= AHEAD_NANOSECONDS]
        if under_way:
            wake.append(under_way[0][0])
        timeout = max(0, min(wake) - time.monotonic_ns()) / 1e9 if wake else None
        for device in select.select(readable, [], [], timeout)[0]:
            try:
                frame = os.read(device, LONGEST)
            except OSError:
                continue
            source = place[device]
            length = (len(frame) - HEADER) * nanoseconds_per_byte
            leaves = max(time.monotonic_ns(), out_free[source]) + length
            out_free[source] = leaves
            target = frame[HEADER:HEADER + 6]
            for number, other in enumerate(devices):
                if number != source and (target[0] & 1 or target[5] == number):
                    arrives = max(leaves + delay, in_free[number] + length)
                    in_free[number] = arrives
                    heapq.heappush(under_way, (arrives, order, other, frame))
                    order += 1


def main():
    megabits, microseconds, ready, *processes = sys.argv[1:]
    libc = ctypes.CDLL(None, use_errno=True)
    devices = [open_device(libc, process, number) for number, process in enumerate(processes)]
    try:
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(10))
    except OSError:
        pass  # delays are then less exact
    with open(ready, "w", encoding="ascii"):
        pass
    carry(devices, round(8000 / float(megabits)), round(1000 * float(microseconds)))


main()
