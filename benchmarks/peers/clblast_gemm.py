"""CLBlast on OpenCL as a peer of `hlx bench gemm`: python3 benchmarks/peers/clblast_gemm.py [PART OF A DEVICE'S NAME].

Needs libclblast.so.1, libOpenCL.so.1 and numpy (Debian, Ubuntu: apt-get install libclblast1 ocl-icd-libopencl1 python3-numpy). Device time is from
the start of the first product to the end of the last one, by OpenCL's events.
"""
import ctypes
import sys
import time

import peer

try:
    import numpy
except ImportError:
    peer.skip("numpy is not installed")
try:
    cl, blas = ctypes.CDLL("libOpenCL.so.1"), ctypes.CDLL("libclblast.so.1")
except OSError as missing:
    peer.skip(f"CLBlast is not installed: {missing}")

HANDLE, SIZE, FLOAT, ULONG = ctypes.c_void_p, ctypes.c_size_t, ctypes.c_float, ctypes.c_uint64
DEVICE_NAME, DEVICE_VERSION, ALL, PROFILING, READ_WRITE = 0x102B, 0x102F, 0xFFFFFFFF, 2, 1
COMMAND_START, COMMAND_END = 0x1282, 0x1283
ROW_MAJOR, NO_TRANSPOSE = 101, 111
for function in (cl.clCreateContext, cl.clCreateCommandQueue, cl.clCreateBuffer):
    function.restype = HANDLE
blas.CLBlastSgemm.argtypes = [ctypes.c_int] * 3 + [SIZE] * 3 + [FLOAT] + [HANDLE, SIZE, SIZE] * 2 + [FLOAT, HANDLE, SIZE, SIZE, HANDLE, HANDLE]


def check(status, what):
    if status != 0:
        raise SystemExit(f"clblast peer: {what} failed with {status}")


def text(device, what):
    buffer = ctypes.create_string_buffer(256)
    check(cl.clGetDeviceInfo(device, what, SIZE(256), buffer, None), "clGetDeviceInfo")
    return buffer.value.decode()


def devices():
    count = ctypes.c_uint()
    if cl.clGetPlatformIDs(0, None, ctypes.byref(count)) != 0 or count.value == 0:
        return
    platforms = (HANDLE * count.value)()
    check(cl.clGetPlatformIDs(count, platforms, None), "clGetPlatformIDs")
    for platform in platforms:
        if cl.clGetDeviceIDs(HANDLE(platform), ULONG(ALL), 0, None, ctypes.byref(count)) != 0:
            continue
        found = (HANDLE * count.value)()
        check(cl.clGetDeviceIDs(HANDLE(platform), ULONG(ALL), count, found, None), "clGetDeviceIDs")
        yield from (HANDLE(device) for device in found)


wanted = sys.argv[1] if len(sys.argv) > 1 else ""
device = next((found for found in devices() if wanted in text(found, DEVICE_NAME)), None)
if device is None:
    peer.skip(f'OpenCL has no device "{wanted}"' if wanted else "OpenCL has no device")
status = ctypes.c_int()
context = HANDLE(cl.clCreateContext(None, 1, ctypes.byref(device), None, None, ctypes.byref(status)))
check(status.value, "clCreateContext")
queue = HANDLE(cl.clCreateCommandQueue(context, device, ULONG(PROFILING), ctypes.byref(status)))
check(status.value, "clCreateCommandQueue")
state = {}


def buffer(content):
    made = HANDLE(cl.clCreateBuffer(context, ULONG(READ_WRITE), SIZE(content.nbytes), None, ctypes.byref(status)))
    check(status.value, "clCreateBuffer")
    check(cl.clEnqueueWriteBuffer(queue, made, 1, SIZE(0), SIZE(content.nbytes), content.ctypes.data_as(HANDLE), 0, None, None), "clEnqueueWriteBuffer")
    return made


def launch(m, n, k, event=None):
    a, b, c = state["buffers"]
    commands = HANDLE(queue.value)
    done = blas.CLBlastSgemm(
        ROW_MAJOR, NO_TRANSPOSE, NO_TRANSPOSE, m, n, k, 1.0, a, 0, k, b, 0, n, 0.0, c, 0, n, ctypes.cast(ctypes.byref(commands), HANDLE),
        None if event is None else ctypes.cast(ctypes.byref(event), HANDLE))
    check(done, "CLBlastSgemm")


def prepare(m, n, k, data):
    for old in state.get("buffers", ()):
        cl.clReleaseMemObject(old)
    a, b = peer.operands(numpy, m, n, k, data)
    c = numpy.full((m, n), numpy.nan, dtype=numpy.float32)
    state["buffers"] = [buffer(a), buffer(b), buffer(c)]
    launch(m, n, k)
    check(cl.clEnqueueReadBuffer(queue, state["buffers"][2], 1, SIZE(0), SIZE(c.nbytes), c.ctypes.data_as(HANDLE), 0, None, None), "clEnqueueReadBuffer")
    state["error"] = peer.error(numpy, a, b, c, data)


def moment(event, which):
    nanoseconds = ULONG()
    check(cl.clGetEventProfilingInfo(event, which, SIZE(8), ctypes.byref(nanoseconds), None), "clGetEventProfilingInfo")
    return nanoseconds.value


def device_time(m, n, k, inner):
    first, last = HANDLE(), HANDLE()
    launch(m, n, k, first)
    for _ in range(inner - 2):
        launch(m, n, k)
    launch(m, n, k, last)
    cl.clFinish(queue)
    # The event of a product of several kernels is that of its last one: from end to end there is one product less.
    time_of_others = (moment(last, COMMAND_END) - moment(first, COMMAND_END)) / 1e3 / (inner - 1)
    for event in (first, last):
        cl.clReleaseEvent(event)
    return time_of_others


def answer(metric, profile, m, n, k, data, samples):
    if profile != "fp32" or metric == "energy":
        return None
    key = (m, n, k, data)
    if state.get("key") != key:
        prepare(m, n, k, data)
        state["key"] = key
    end = time.perf_counter() + 0.4
    while time.perf_counter() < end:
        launch(m, n, k)
        cl.clFinish(queue)
    values = []
    inner = int(min(400, max(3, 4e-3 * 2e13 / (2 * m * n * k))))
    for _ in range(samples):
        if metric == "device_time":
            values.append(device_time(m, n, k, inner))
            continue
        began = time.perf_counter()
        launch(m, n, k)
        cl.clFinish(queue)
        values.append((time.perf_counter() - began) * 1e6)
    return values, state["error"]


peer.serve("clblast", f"CLBlast on {text(device, DEVICE_NAME)}, {text(device, DEVICE_VERSION)}", answer)
