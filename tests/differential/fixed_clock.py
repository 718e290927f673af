"""Stops the clock of SQLite in this process: every connection's present time is the same moment.

What a DEFAULT of the present time gives to two databases can be compared then. The time comes from
the VFS (https://www.sqlite.org/c3ref/vfs.html), in which the function that tells it is replaced.
"""
import _sqlite3
import ctypes

MOMENT = 212_633_985_600_000  # 2026-01-01 00:00:00, in milliseconds of the Julian day
POINTER = ctypes.c_void_p
TELL = ctypes.CFUNCTYPE(ctypes.c_int, POINTER, ctypes.POINTER(ctypes.c_int64))


class Vfs(ctypes.Structure):
    _fields_ = [("iVersion", ctypes.c_int), ("szOsFile", ctypes.c_int), ("mxPathname", ctypes.c_int),
                ("pNext", POINTER), ("zName", ctypes.c_char_p), ("pAppData", POINTER)]
    _fields_ += [(name, POINTER) for name in (
        "xOpen", "xDelete", "xAccess", "xFullPathname", "xDlOpen", "xDlError", "xDlSym", "xDlClose",
        "xRandomness", "xSleep", "xCurrentTime", "xGetLastError")]
    _fields_ += [("xCurrentTimeInt64", TELL)]  # since version 2


@TELL
def tell(_vfs, moment):
    moment[0] = MOMENT
    return 0


def stop():
    find = ctypes.CDLL(_sqlite3.__file__).sqlite3_vfs_find
    find.argtypes, find.restype = [ctypes.c_char_p], ctypes.POINTER(Vfs)
    vfs = find(None)
    assert vfs and vfs[0].iVersion >= 2
    vfs[0].xCurrentTimeInt64 = tell
