"""Read one expression with onnxruntime: what an app does with a bundle that was exported.

crohme export math --to onnx FOLDER
python read_with_onnxruntime.py FOLDER formula.inkml
"""

import json
import sys
from pathlib import Path

import numpy as np
import onnxruntime

from crohme.expressions.recognizer import Recognizer
from crohme.expressions.settings import Decoding
from crohme.expressions.vocabulary import Vocabulary


class Memory(dict):  # the outputs of the encoder
    def __len__(self):
        return len(self["encoded"])


class State(tuple):  # keys and values of the tokens read so far
    def select(self, hypotheses):
        return State(part[:, hypotheses] for part in self)


class Network:
    """What `Recognizer` asks of a network, see `crohme.expressions.protocol`."""

    def __init__(self, folder, tables):
        parts = (folder / "encoder.onnx", folder / "decoder.onnx")
        self.encoder, self.decoder = map(onnxruntime.InferenceSession, parts)
        self.alphabet = Vocabulary.of_tokens(tuple(tables["vocabulary"]["tokens"])).alphabet.entries
        self.arguments = tables["arguments"]

    def encode(self, ink):
        names = [output.name for output in self.encoder.get_outputs()]
        return Memory(zip(names, self.encoder.run(names, {"strokes": ink}), strict=True))

    def classify(self, memory):
        return memory["classes"]

    def relate(self, memory):
        return memory["pairs"]

    def start(self, hypotheses=1):
        layers, heads, width = (self.arguments[name] for name in ("decoder_layers", "heads", "width"))
        return State([np.zeros((layers, hypotheses, heads, 0, width // heads), np.float32)] * 2)

    def read(self, memory, state, previous, anchors, written, relations, rows):
        encoded = {name: memory[name] for name in memory if name not in ("classes", "pairs")}
        inputs = encoded | {"previous": np.int64(previous), "relations": np.int64(relations), "rows": np.int64(rows)}
        inputs |= {"anchors": np.float32(anchors), "written": np.float32(written), "keys": state[0], "values": state[1]}
        tokens, pointers, *state = self.decoder.run(["tokens", "pointers", "new_keys", "new_values"], inputs)
        return tokens, pointers, State(state)


folder, file = map(Path, sys.argv[1:])
tables = json.loads((folder / "recognizer.json").read_text(encoding="utf-8"))
print(Recognizer(Network(folder, tables), Decoding(**tables["decoding"])).recognize(file).latex)
