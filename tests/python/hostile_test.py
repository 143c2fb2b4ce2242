"""Tables that lie: each is a typed exception that names column and row, the engine unchanged."""

import ctypes

import numpy as np
import pyarrow as pa
import pytest

import earmark
from conftest import make_shop, orders


class Schema(ctypes.Structure):
    pass


class Array(ctypes.Structure):
    pass


Schema._fields_ = [("format", ctypes.c_char_p), ("name", ctypes.c_char_p),
                   ("metadata", ctypes.c_char_p), ("flags", ctypes.c_int64),
                   ("n_children", ctypes.c_int64),
                   ("children", ctypes.POINTER(ctypes.POINTER(Schema))),
                   ("dictionary", ctypes.POINTER(Schema)), ("release", ctypes.c_void_p),
                   ("private", ctypes.c_void_p)]
Array._fields_ = [("length", ctypes.c_int64), ("null_count", ctypes.c_int64),
                  ("offset", ctypes.c_int64), ("n_buffers", ctypes.c_int64),
                  ("n_children", ctypes.c_int64), ("buffers", ctypes.POINTER(ctypes.c_void_p)),
                  ("children", ctypes.POINTER(ctypes.POINTER(Array))),
                  ("dictionary", ctypes.POINTER(Array)), ("release", ctypes.c_void_p),
                  ("private", ctypes.c_void_p)]

pointer_of = ctypes.pythonapi.PyCapsule_GetPointer
pointer_of.restype, pointer_of.argtypes = ctypes.c_void_p, [ctypes.py_object, ctypes.c_char_p]


class Forged:
    """An array of pyarrow whose claims are changed on the way."""

    def __init__(self, array, forge):
        self.array, self.forge = array, forge

    def __arrow_c_array__(self, requested_schema=None):
        schema, array = self.array.__arrow_c_array__()
        self.forge(Schema.from_address(pointer_of(schema, b"arrow_schema")),
                   Array.from_address(pointer_of(array, b"arrow_array")))
        return schema, array


def claim(**fields):
    def forge(schema, array):
        for name, value in fields.items():
            setattr(schema if name == "format" else array, name, value)
    return forge


@pytest.fixture
def shop():
    return make_shop({("mug", "berlin"): 3})


def refused(shop, columns, match):
    before = shop.state_hash()
    with pytest.raises(earmark.BadInput, match=match) as e:
        shop.place_orders(columns)
    assert isinstance(e.value, ValueError)
    assert shop.state_hash() == before


@pytest.mark.parametrize(("fields", "match"), [
    ({"length": -1}, "claims -1 rows"),
    ({"length": 2**31}, "more than 134217728 rows"),
    ({"length": 2**62, "offset": 2**62}, "claims"),
    ({"offset": -1}, "from offset -1"),
    ({"offset": 2**63 - 1}, "from offset"),
    ({"null_count": -2}, "claims -2 nulls"),
    ({"null_count": 1}, "does not say where"),
    ({"n_buffers": 1}, "with 1 buffers"),
    ({"n_buffers": 2**40}, "buffers"),
    ({"buffers": None}, "no buffers"),
    ({"format": b"w:7"}, "its type is"),
    ({"format": b"+l"}, "its type is"),
    ({"format": b"u"}, "buffers"),
    ({"format": b"\xff\xfe"}, "its type is"),
])
def test_forged_counts_offsets_and_types_are_refused(shop, fields, match):
    amount = Forged(pa.array([1, 2]), claim(**fields))
    refused(shop, orders(2) | {"amount": amount}, match)


def test_forged_offsets_of_texts_are_refused_with_their_row(shop):
    def forge(schema, array):
        offsets = ctypes.cast(array.buffers[1], ctypes.POINTER(ctypes.c_int32))
        forge.keep = (ctypes.c_int32 * 3)(0, 5, 2)
        assert offsets[0] == 0
        array.buffers[1] = ctypes.addressof(forge.keep)
    key = Forged(pa.array(["ab", "cd"]), forge)
    refused(shop, orders(2) | {"key": key}, '"key", row 2: .*byte 5')
    forge.keep = None

    def negative(schema, array):
        negative.keep = (ctypes.c_int32 * 3)(-4, 2, 4)
        array.buffers[1] = ctypes.addressof(negative.keep)
    refused(shop, orders(2) | {"key": Forged(pa.array(["ab", "cd"]), negative)}, '"key", row 1')


def test_views_and_codes_that_lead_out_are_refused_with_their_row(shop):
    long = pa.array(["x", "a text of more than twelve bytes"], pa.string_view())

    def far(schema, array):
        views = ctypes.cast(array.buffers[1], ctypes.POINTER(ctypes.c_int32))
        far.keep = (ctypes.c_int32 * 8)(*views[:8])
        far.keep[7] = 1 << 30  # the second view's offset
        array.buffers[1] = ctypes.addressof(far.keep)
    refused(shop, orders(2) | {"key": Forged(long, far)}, '"key", row 2: its view leads out')

    words = pa.DictionaryArray.from_arrays(pa.array([0, 1], pa.int8()), pa.array(["a", "b"]))

    def other(schema, array):
        other.keep = (ctypes.c_int8 * 2)(0, -7)
        array.buffers[1] = ctypes.addressof(other.keep)
    refused(shop, orders(2) | {"key": Forged(words, other)}, '"key", row 2: its code -7')


def test_nulls_are_refused_with_their_row_where_none_may_be(shop):
    refused(shop, orders(3) | {"amount": pa.array([1, 2, None])}, '"amount", row 3: it is null')
    refused(shop, orders(2) | {"key": pa.array(["a", None])}, '"key", row 2: it is null')
    refused(shop, orders(2) | {"key": pa.nulls(2)}, '"key", row 1: it is null')
    place = shop.place_orders(orders(2) | {"place": pa.array([0, None], pa.int64())})
    assert shop.orders().words("place").tolist() == ["berlin", None]
    assert len(place) == 2


def test_texts_that_are_not_utf8_and_numbers_that_do_not_fit_are_refused(shop):
    raw = pa.array([b"ok", b"\xc0\xaf"], pa.binary())
    refused(shop, orders(2) | {"key": Forged(raw, claim(format=b"u"))}, '"key", row 2: byte 0')
    refused(shop, orders(2) | {"amount": pa.array([1, 2**64 - 1], pa.uint64())}, "row 2.*64 bits")
    late = pa.array([2**62], pa.timestamp("s"))
    refused(shop, orders(1) | {"now": late}, '"now", row 1.*64 bits')


@pytest.mark.parametrize("amount", [[1.0, 2.0], [float("nan"), 1.0], pa.array([1.0, 2.0]),
                                    np.array([1.5, 2]), pa.array(["1", "2"]), ["1", "2"],
                                    [[1], [2]],
                                    {"a": 1}, None, np.array([1, 2], dtype=object),
                                    np.array([1 + 2j, 2])])
def test_amounts_that_are_no_whole_numbers_are_refused(shop, amount):
    refused(shop, orders(2) | {"amount": amount}, "amount")


def test_two_to_the_31_rows_are_refused_before_memory_is_asked_for(shop):
    wide = np.broadcast_to(np.int64(1), 2**31)  # eight bytes that claim to be 16 GiB
    refused(shop, orders(1) | {"amount": wide}, "claims 2147483648 rows")


def test_arrays_that_are_not_contiguous_are_read_by_value(shop):
    table = np.arange(12, dtype=np.int32).reshape(4, 3) + 1
    shop.place_orders(orders(4) | {"amount": table[:, 1][::-1]})
    assert shop.lines()["ordered"].tolist() == [11, 8, 5, 2]


def test_a_misspelt_column_is_told_the_nearest_name(shop):
    refused(shop, orders(1) | {"amout": [1]}, "unknown column 'amout'; did you mean 'amount'")
    refused(shop, pa.table({"key": ["a"], "Offsets": [0]}), "did you mean 'offsets'")
    columns = orders(1)
    del columns["amount"]
    refused(shop, columns, "column 'amount' is missing")
    twice = pa.Table.from_arrays([pa.array([1]), pa.array([1])], names=["amount", "amount"])
    refused(shop, twice, "'amount' is there twice")


class Liar:
    def __init__(self, answer):
        self.answer = answer

    def __arrow_c_stream__(self, requested_schema=None):
        if isinstance(self.answer, BaseException):
            raise self.answer
        return self.answer


def test_sources_that_raise_or_hand_over_something_else_are_errors_of_their_own(shop):
    before = shop.state_hash()
    with pytest.raises(ZeroDivisionError):
        shop.place_orders(Liar(ZeroDivisionError()))
    for wrong in (7, None, pa.array([1]).__arrow_c_array__()[0]):
        with pytest.raises((ValueError, TypeError)):
            shop.place_orders(Liar(wrong))
    frame = shop.orders()
    used = frame.__arrow_c_stream__()
    pa.RecordBatchReader._import_from_c_capsule(used).read_all()
    with pytest.raises(earmark.BadInput, match="released"):
        shop.place_orders(Liar(used))
    for no_table in (7, "text", [1, 2], object()):
        with pytest.raises((earmark.BadInput, TypeError)):
            shop.place_orders(no_table)
    assert shop.state_hash() == before


def test_a_stream_that_fails_half_way_is_refused_with_its_own_words(shop):
    def batches():
        yield pa.record_batch({"key": ["a"]})
        raise RuntimeError("the cable was cut")
    reader = pa.RecordBatchReader.from_batches(pa.schema({"key": pa.string()}), batches())
    refused(shop, reader, "the cable was cut")
