"""The stroke transformer compiled: in C what `crohme.expressions.forward` does with numpy, for whoever wants it faster.

`build` compiles `kernels.c` on the machine that runs it, once. `encoder` and `decoder` hand their arrays to it.
"""
