"""How the fixtures beside this file were made (Python 3.11, torch 2.13, numpy); run in this folder."""
import json
import struct
import zipfile
from collections import OrderedDict

import numpy as np
import torch

torch.manual_seed(7)
base = torch.randn(6, 5)
kinds = OrderedDict(
    f64=torch.randn(3, dtype=torch.float64), f32=base, f16=torch.randn(2, 3).half(), bf16=torch.randn(4).bfloat16(),
    i64=torch.tensor([-2**62, 0, 2**62]), i32=torch.tensor([-2**31, 2**31 - 1], dtype=torch.int32),
    i16=torch.tensor([-2**15, 2**15 - 1], dtype=torch.int16), i8=torch.tensor([-128, 127], dtype=torch.int8),
    u8=torch.tensor([0, 255], dtype=torch.uint8), bool=torch.tensor([True, False]), scalar=torch.tensor(5),
    empty=torch.zeros(0, 4), transposed=base.t(), transposed_again=base.t(), rows=base[2:4], columns=base[:, 1:3],
    every_second=base[::2, ::2], expanded=torch.arange(4.0).expand(3, 4), cube=torch.randn(2, 3, 4).permute(2, 0, 1),
    parameter=torch.nn.Parameter(torch.randn(2)), alias=base)
torch.save(kinds, "kinds.pt")
torch.save({"epoch": 3, "state_dict": kinds, "note": b"bytes"}, "kinds.protocol4.pt", pickle_protocol=4)
torch.save({"module": {"k": 1.5, "model": {}}, "model": dict(kinds)}, "kinds.protocol5.legacy.pt", pickle_protocol=5,
           _use_new_zipfile_serialization=False)
torch.serialization.set_crc32_options(False)
torch.save(kinds, "kinds.without-checksums.pt")
torch.serialization.set_crc32_options(True)
names = {torch.float64: "F64", torch.float32: "F32", torch.float16: "F16", torch.bfloat16: "BF16", torch.int64: "I64",
         torch.int32: "I32", torch.int16: "I16", torch.int8: "I8", torch.uint8: "U8", torch.bool: "BOOL"}
header, data = {"__metadata__": {"format": "pt"}}, b""
for name, tensor in kinds.items():
    raw = tensor.detach().contiguous().clone().flatten().view(torch.uint8).numpy().tobytes() if tensor.numel() else b""
    header[name] = dict(dtype=names[tensor.dtype], shape=list(tensor.shape), data_offsets=[len(data), len(data) + len(raw)])
    data += raw
text = json.dumps(header).encode()
text += b" " * (-len(text) % 8)
with open("kinds.safetensors", "wb") as out:
    out.write(struct.pack("<Q", len(text)) + text + data)
with zipfile.ZipFile("kinds.pt") as stored, zipfile.ZipFile("kinds.deflated.pt", "w", zipfile.ZIP_DEFLATED) as packed:
    for entry in stored.infolist():
        packed.writestr(zipfile.ZipInfo(entry.filename), stored.read(entry.filename), zipfile.ZIP_DEFLATED)
with zipfile.ZipFile("kinds.pt") as stored, zipfile.ZipFile("kinds.zip64.pt", "w") as packed:
    for entry in stored.infolist():
        with packed.open(zipfile.ZipInfo(entry.filename), "w", force_zip64=True) as out:
            out.write(stored.read(entry.filename))


class Run:
    def __reduce__(self):
        import os
        return os.system, ("touch executed",)


torch.save({"weight": torch.ones(2), "run": Run()}, "malicious.pt")
torch.save({"weight": torch.ones(2), "run": Run()}, "malicious.legacy.pt", _use_new_zipfile_serialization=False)
module = torch.nn.BatchNorm1d(3)
torch.save(module, "whole-module.pt")
for version in (1, 2, 3):
    with open(f"v{version}.npy", "wb") as out:
        np.lib.format.write_array(out, np.arange(6, dtype=np.int32).reshape(2, 3), version=(version, 0))
np.save("fortran.npy", np.asfortranarray(np.arange(6.0).reshape(2, 3)))
np.save("big-endian.npy", np.arange(3, dtype=">f4"))
np.save("scalar.npy", np.float32(2.5))
np.save("records.npy", np.zeros(2, dtype=[("a", "<f4"), ("b", "<i4")]))
np.save("objects.npy", np.array([{}], dtype=object))
