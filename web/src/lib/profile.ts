/** Geometry of the inside: a schematic outline of a furnace, and curves over its height. Heights in %, 0 at the tuyeres. */

/** Half-widths against the belly by height: bosh, belly, shaft (usual proportions, not those of a works). */
const OUTLINE: [number, number][] = [
  [0, 0.84],
  [15, 1],
  [24, 1],
  [100, 0.64],
];
/** Depth of the hearth that is drawn below the tuyeres, pixels: room for a word, no more is told of it. */
export const HEARTH = 22;

export interface Frame {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

/** The vertical place of a height. */
export function y(frame: Frame, height: number): number {
  return frame.bottom + (height / 100) * (frame.top - frame.bottom);
}

/** The horizontal place of a value of an axis that begins at 0. */
export function x(frame: Frame, value: number, most: number): number {
  return frame.left + (Math.min(Math.max(value, 0), most) / most) * (frame.right - frame.left);
}

/** Half the width of the furnace at a height, against the belly. */
export function halfWidth(height: number): number {
  const above = OUTLINE.findIndex(([at]) => at >= height);
  if (above <= 0) return OUTLINE[above === 0 ? 0 : OUTLINE.length - 1]![1];
  const [low, high] = [OUTLINE[above - 1]!, OUTLINE[above]!];
  return low[1] + ((height - low[0]) / (high[0] - low[0])) * (high[1] - low[1]);
}

/** The outline between two heights as the points of a polygon. */
export function outline(frame: Frame, from = 0, to = 100): string {
  const middle = (frame.left + frame.right) / 2;
  const half = (frame.right - frame.left) / 2;
  const heights = [from, ...OUTLINE.map(([height]) => height).filter((height) => height > from && height < to), to];
  const side = (sign: number) => heights.map((at) => `${(middle + sign * half * halfWidth(at)).toFixed(1)},${y(frame, at).toFixed(1)}`);
  return [...side(-1), ...side(1).reverse()].join(" ");
}

/** A curve over the height as a path; it breaks where a value is missing. */
export function curve(frame: Frame, heights: number[], values: (number | null)[], most: number): string {
  let drawing = false;
  const steps = heights.map((height, cell) => {
    const value = values[cell];
    const begun = drawing;
    drawing = value !== null && value !== undefined;
    return drawing ? `${begun ? "L" : "M"}${x(frame, value!, most).toFixed(1)},${y(frame, height).toFixed(1)}` : "";
  });
  return steps.join("");
}

/** The band of so many standard deviations about a curve, as the points of a polygon. */
export function band(frame: Frame, heights: number[], means: (number | null)[], sds: (number | null)[], width: number, most: number): string {
  const known = heights.map((_, cell) => cell).filter((cell) => means[cell] !== null && sds[cell] !== null);
  const side = (sign: number, cells: number[]) =>
    cells.map((cell) => `${x(frame, means[cell]! + sign * width * sds[cell]!, most).toFixed(1)},${y(frame, heights[cell]!).toFixed(1)}`);
  return [...side(-1, known), ...side(1, [...known].reverse())].join(" ");
}
