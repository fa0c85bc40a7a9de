/** Geometry of strokes, and ink as files. A stroke is an array of [x, y, milliseconds]. */

const boxes = new WeakMap(); // of each stroke, which never changes once it is written

/** {left, top, width, height} of a stroke that is written. */
export function boxOf(stroke) {
  if (!boxes.has(stroke)) boxes.set(stroke, extent([stroke]));
  return boxes.get(stroke);
}

/** {left, top, width, height} around several. */
export function joined(several) {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const box of several) {
    [left, top] = [Math.min(left, box.left), Math.min(top, box.top)];
    [right, bottom] = [Math.max(right, box.left + box.width), Math.max(bottom, box.top + box.height)];
  }
  return { left, top, width: right - left, height: bottom - top };
}

/** {left, top, width, height} of all points. */
export function extent(strokes) {
  return joined(strokes.flat().map(([left, top]) => ({ left, top, width: 0, height: 0 })));
}

/** Strokes of any unit moved and scaled into the middle of a sheet. */
export function fitted(strokes, sheetWidth, sheetHeight, share = 0.7) {
  const { left, top, width, height } = extent(strokes);
  const scale = Math.min((share * sheetWidth) / (width || 1), (share * sheetHeight) / (height || 1), 1e4);
  const right = (sheetWidth - width * scale) / 2;
  const down = (sheetHeight - height * scale) / 2;
  return strokes.map((stroke) => stroke.map(([x, y]) => [(x - left) * scale + right, (y - top) * scale + down, 0]));
}

/** The topmost stroke within a distance of a point; undefined if there is none. */
export function strokeAt(strokes, x, y, distance = 9) {
  const isNear = ({ left, top, width, height }) =>
    x >= left - distance && x <= left + width + distance && y >= top - distance && y <= top + height + distance;
  return strokes.findLast((stroke) => isNear(boxOf(stroke)) && stroke.some((point, i) => toSegment(x, y, stroke[Math.max(i - 1, 0)], point) <= distance));
}

/** The path that draws a stroke: through the middles of its segments, so that no corner shows. */
export function pathOf(stroke) {
  const path = new Path2D();
  const [[x, y]] = stroke;
  path.moveTo(x, y);
  for (let i = 1; i < stroke.length - 1; i++) {
    const [[x1, y1], [x2, y2]] = [stroke[i], stroke[i + 1]];
    path.quadraticCurveTo(x1, y1, (x1 + x2) / 2, (y1 + y2) / 2);
  }
  const last = stroke[stroke.length - 1];
  path.lineTo(last[0] + 0.01, last[1]); // a line of no length, as a dot's, would paint nothing in Chromium
  return path;
}

export function toInkml(strokes) {
  const traces = strokes.map((stroke, id) => {
    const points = stroke.map(([x, y, t]) => `${round(x)} ${round(y)} ${Math.round(t)}`);
    return `<trace id="${id}">${points.join(", ")}</trace>`;
  });
  const channels = ["X", "Y", "T"].map((name) => `<channel name="${name}" type="decimal"/>`);
  return `<?xml version="1.0" encoding="UTF-8"?>
<ink xmlns="http://www.w3.org/2003/InkML">
<traceFormat>${channels.join("")}</traceFormat>
${traces.join("\n")}
</ink>
`;
}

/** A drawing of the strokes: one path each, in the colour of the text around it. */
export function toSvg(strokes, margin = 24) {
  const { left, top, width, height } = extent(strokes);
  const paths = strokes.map((stroke) => {
    const points = stroke.map(([x, y]) => `${round(x - left + margin)} ${round(y - top + margin)}`);
    return `<path d="M${points[0]}${(points.length > 1 ? points.slice(1) : points).map((point) => ` L${point}`).join("")}"/>`;
  });
  const size = [width, height].map((side) => round(side + 2 * margin));
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size.join(" ")}" width="${size[0]}" height="${size[1]}">
<g fill="none" stroke="currentColor" stroke-width="3" stroke-linecap="round" stroke-linejoin="round">
${paths.join("\n")}
</g>
</svg>
`;
}

/** A PNG of the strokes: dark on white, whatever the colours of the page. */
export function toPng(strokes, margin = 24, pixels = 2) {
  const { left, top, width, height } = extent(strokes);
  const canvas = document.createElement("canvas");
  canvas.width = (width + 2 * margin) * pixels;
  canvas.height = (height + 2 * margin) * pixels;
  const brush = canvas.getContext("2d");
  brush.fillStyle = "#fff";
  brush.fillRect(0, 0, canvas.width, canvas.height);
  brush.setTransform(pixels, 0, 0, pixels, (margin - left) * pixels, (margin - top) * pixels);
  Object.assign(brush, { lineWidth: 3, lineCap: "round", lineJoin: "round", strokeStyle: "#000" });
  for (const stroke of strokes) brush.stroke(pathOf(stroke));
  return new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
}

function round(value) {
  return Math.round(value * 100) / 100;
}

function toSegment(x, y, [x1, y1], [x2, y2]) {
  const [dx, dy] = [x2 - x1, y2 - y1];
  const along = Math.max(0, Math.min(1, ((x - x1) * dx + (y - y1) * dy) / (dx * dx + dy * dy || 1)));
  return Math.hypot(x - x1 - along * dx, y - y1 - along * dy);
}
