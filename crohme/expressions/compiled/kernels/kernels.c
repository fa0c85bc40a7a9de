/* The stroke transformer's forward pass for one core: what `crohme.expressions.forward` computes with numpy.

   It is compiled on the machine that runs it, as one file, see ../build.py. Rows are few (ten hypotheses, some dozen
   strokes), so that what counts is to read each weight once, in the order in which it lies: kernels come in panels of
   PANEL columns. All arrays are float32 and dense, in C's order. Comments give shapes; n are strokes, m tokens. */

#include "vectors.h"

#include "dense.h"

#include "attention.h"

#include "encoder.h"

#include "decoder.h"
