/** One trend panel as uPlot draws it: pens, bands, target, limits, the now line; one cursor over all panels. */

import uPlot from "uplot";
import { clockText, dayText, figure } from "./format";
import type { Points, Quantiles } from "./types";

export interface Pen {
  key: string;
  style: "line" | "steps" | "dots";
  side: "left" | "right";
  /** CSS variable that holds the colour. */
  colour: string;
  dash?: number[];
  width?: number;
  digits: number;
  points: Points;
  bad?: Points;
}

export interface Scene {
  pens: Pen[];
  forecast?: { ahead: Quantiles; fan: Quantiles | null };
  target?: { low: number; value: number; high: number };
  limits?: { low: number; high: number };
  from: number;
  to: number;
  now: number;
  zone: string;
  units: { left: string; right?: string };
  /** The least span of each axis, so that noise is not blown up to full height. */
  leastSpan?: { left?: number; right?: number };
}

const SYNC = uPlot.sync("page");
const QUANTILES = ["q05", "q95", "q25", "q75", "q50"] as const;
const NICE = 1.12;

export function css(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

/** Columns on one common time axis: uPlot wants null where a line breaks and undefined where a pen has no point. */
export function columns(scene: Scene): uPlot.AlignedData {
  const tables: uPlot.AlignedData[] = [];
  if (scene.forecast) {
    const { ahead } = scene.forecast;
    tables.push([ahead.t, ...QUANTILES.map((name) => ahead[name])] as uPlot.AlignedData);
  }
  for (const pen of scene.pens) {
    tables.push([pen.points.t, pen.points.v]);
    tables.push([pen.bad?.t ?? [], pen.bad?.v ?? []]);
  }
  const filled = tables.filter((table) => table[0].length > 0);
  if (filled.length === 0) return tables.length ? emptyColumns(tables) : [[]];
  const joined = uPlot.join(filled, filled.map((table) => table.map(() => 2))) as unknown[][];
  const x = joined[0] as number[];
  let next = 1;
  const rows: unknown[][] = [x];
  for (const table of tables) {
    for (let column = 1; column < table.length; column++) {
      rows.push(table[0].length > 0 ? joined[next++]! : new Array(x.length).fill(undefined));
    }
  }
  return rows as uPlot.AlignedData;
}

function emptyColumns(tables: uPlot.AlignedData[]): uPlot.AlignedData {
  return [[], ...tables.flatMap((table) => table.slice(1).map(() => []))] as unknown as uPlot.AlignedData;
}

/** Index of the first pen's column. */
export function penColumn(scene: Scene, pen: number): number {
  return 1 + (scene.forecast ? QUANTILES.length : 0) + 2 * pen;
}

export function options(scene: () => Scene, size: { width: number; height: number }, moved: (u: uPlot) => void): uPlot.Options {
  const first = scene();
  const series: uPlot.Series[] = [{}];
  const bands: uPlot.Band[] = [];
  if (first.forecast) {
    const hidden = { scale: "left", stroke: "transparent", width: 0, points: { show: false } };
    series.push({ ...hidden }, { ...hidden }, { ...hidden }, { ...hidden });
    series.push({ scale: "left", stroke: () => css("--forecast"), width: 1.6, points: { show: false } });
    bands.push({ series: [2, 1], fill: () => css("--band90") }, { series: [4, 3], fill: () => css("--band50") });
  }
  for (const pen of first.pens) series.push(penSeries(pen), badSeries(pen));
  return {
    ...size,
    series,
    bands,
    tzDate: (time) => uPlot.tzDate(new Date(time * 1000), first.zone),
    scales: {
      x: { time: true, range: () => [scene().from, scene().to] },
      left: { range: (_, low, high) => fitted(scene(), "left", low, high) },
      right: { range: (_, low, high) => fitted(scene(), "right", low, high) },
    },
    axes: axes(first),
    legend: { show: false },
    padding: [6, first.units.right === undefined ? 10 : 0, 0, 0],
    cursor: {
      sync: { key: SYNC.key, scales: ["x", null], setSeries: false },
      drag: { x: false, y: false },
      y: false,
      points: { show: false },
      focus: { prox: -1 },
    },
    hooks: {
      drawClear: [(u) => drawBackground(u, scene())],
      draw: [(u) => drawForeground(u, scene())],
      setCursor: [moved],
    },
  };
}

function penSeries(pen: Pen): uPlot.Series {
  const stroke = () => css(pen.colour);
  const base = { scale: pen.side, stroke, spanGaps: false };
  if (pen.style === "dots") {
    return { ...base, width: 0, paths: () => null, points: { show: true, size: 6.5, width: 1, fill: stroke, stroke: () => css("--panel") } };
  }
  const paths = pen.style === "steps" ? uPlot.paths.stepped!({ align: 1 }) : uPlot.paths.linear!();
  return { ...base, width: pen.width ?? 1.3, dash: pen.dash, paths, points: { show: false } };
}

/** Values that are not good: hollow, never joined. */
function badSeries(pen: Pen): uPlot.Series {
  const stroke = () => css("--bad");
  return { scale: pen.side, stroke, width: 0, paths: () => null, points: { show: true, size: 6, width: 1.2, stroke, fill: () => css("--panel") } };
}

function axes(scene: Scene): uPlot.Axis[] {
  const font = `11px ${css("--font")}`;
  const common = { stroke: () => css("--muted"), font, labelFont: font, ticks: { show: false } };
  const grid = { stroke: () => css("--grid"), width: 1 };
  const side = (name: "left" | "right", label: string): uPlot.Axis => ({
    ...common, scale: name, side: name === "left" ? 3 : 1, label, labelSize: 15, labelGap: 0, size: 46, gap: 4, space: 26,
    grid: name === "left" ? grid : { show: false },
    values: (_, splits) => labels(splits),
  });
  const time: uPlot.Axis = {
    ...common, size: 20, gap: 3, space: 56, grid,
    values: (_, splits) => splits.map((at) => (clockText(at, scene.zone) === "00:00" ? dayText(at, scene.zone) : clockText(at, scene.zone))),
    incrs: [1, 2, 4, 6, 12, 24].map((hours) => hours * 3600),
  };
  return [time, side("left", scene.units.left), ...(scene.units.right === undefined ? [] : [side("right", scene.units.right)])];
}

function labels(splits: number[]): string[] {
  const step = splits.length > 1 ? Math.abs(splits[1]! - splits[0]!) : 1;
  return splits.map((at) => figure(at, Math.max(0, Math.ceil(-Math.log10(step) - 1e-9))));
}

/** The span of an axis: all that is drawn in view, the target too, and no less than what is worth seeing. */
function fitted(scene: Scene, side: "left" | "right", low: number | null, high: number | null): [number, number] {
  const marks: number[] = [];
  if (low !== null && high !== null && Number.isFinite(low) && Number.isFinite(high)) marks.push(low, high);
  if (side === "left" && scene.target) marks.push(scene.target.low, scene.target.high);
  if (marks.length === 0) return [0, 1];
  const bottom = Math.min(...marks);
  const top = Math.max(...marks);
  const span = Math.max((top - bottom) * NICE, scene.leastSpan?.[side] ?? 0, 1e-6);
  const middle = (bottom + top) / 2;
  return [middle - span / 2, middle + span / 2];
}

function drawBackground(u: uPlot, scene: Scene): void {
  const { ctx, bbox } = u;
  const x = clamp(u.valToPos(scene.now, "x", true), bbox.left, bbox.left + bbox.width);
  ctx.save();
  ctx.fillStyle = css("--plot");
  ctx.fillRect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.fillStyle = css("--future");
  ctx.fillRect(x, bbox.top, bbox.left + bbox.width - x, bbox.height);
  if (scene.target) {
    const top = u.valToPos(scene.target.high, "left", true);
    const bottom = u.valToPos(scene.target.low, "left", true);
    ctx.fillStyle = css("--target");
    ctx.fillRect(bbox.left, top, bbox.width, bottom - top);
    for (const at of [scene.target.low, scene.target.high]) rule(u, at, css("--target-edge"), []);
    rule(u, scene.target.value, css("--target-edge"), [2, 4]);
  }
  if (scene.limits) for (const at of [scene.limits.low, scene.limits.high]) rule(u, at, css("--limit"), [6, 3]);
  ctx.restore();
}

function rule(u: uPlot, value: number, colour: string, dash: number[]): void {
  const { ctx, bbox } = u;
  const y = Math.round(u.valToPos(value, "left", true)) + 0.5;
  if (y < bbox.top || y > bbox.top + bbox.height) return;
  ctx.strokeStyle = colour;
  ctx.lineWidth = devicePixelRatio;
  ctx.setLineDash(dash.map((part) => part * devicePixelRatio));
  ctx.beginPath();
  ctx.moveTo(bbox.left, y);
  ctx.lineTo(bbox.left + bbox.width, y);
  ctx.stroke();
  ctx.setLineDash([]);
}

function drawForeground(u: uPlot, scene: Scene): void {
  const { ctx, bbox } = u;
  const x = Math.round(u.valToPos(scene.now, "x", true)) + 0.5;
  ctx.save();
  if (x >= bbox.left && x <= bbox.left + bbox.width) {
    ctx.strokeStyle = css("--now");
    ctx.lineWidth = devicePixelRatio;
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
  }
  const fan = scene.forecast?.fan;
  if (fan) fan.t.forEach((_, row) => drawWhisker(u, fan, row));
  ctx.restore();
}

/** The newest forecast at its horizon: 90 % as a thin whisker, 50 % as a box, the median as a diamond. */
function drawWhisker(u: uPlot, fan: Quantiles, row: number): void {
  const { ctx } = u;
  const at = (name: (typeof QUANTILES)[number]) => u.valToPos(fan[name][row] ?? NaN, "left", true);
  const x = u.valToPos(fan.t[row]!, "x", true);
  const unit = devicePixelRatio;
  ctx.strokeStyle = ctx.fillStyle = css("--forecast");
  ctx.lineWidth = 1.4 * unit;
  ctx.beginPath();
  ctx.moveTo(x, at("q05"));
  ctx.lineTo(x, at("q95"));
  ctx.stroke();
  ctx.lineWidth = 5 * unit;
  ctx.globalAlpha = 0.5;
  ctx.beginPath();
  ctx.moveTo(x, at("q25"));
  ctx.lineTo(x, at("q75"));
  ctx.stroke();
  ctx.globalAlpha = 1;
  const y = at("q50");
  ctx.beginPath();
  ctx.moveTo(x, y - 5 * unit);
  ctx.lineTo(x + 5 * unit, y);
  ctx.lineTo(x, y + 5 * unit);
  ctx.lineTo(x - 5 * unit, y);
  ctx.fill();
}

/** The value of a column nearest to a time, if one lies within `reach` seconds. */
export function nearest(data: uPlot.AlignedData, column: number, time: number, reach: number): number | null {
  const x = data[0];
  const values = data[column];
  if (!values || x.length === 0) return null;
  const middle = uPlotClosest(x as number[], time);
  let best: number | null = null;
  let distance = reach;
  for (const step of [-1, 1]) {
    for (let i = step < 0 ? middle : middle + 1; i >= 0 && i < x.length && Math.abs(x[i]! - time) <= reach; i += step) {
      const value = values[i];
      if (value === null || value === undefined) continue;
      if (Math.abs(x[i]! - time) <= distance) {
        best = value;
        distance = Math.abs(x[i]! - time);
      }
      break;
    }
  }
  return best;
}

function uPlotClosest(x: number[], time: number): number {
  let low = 0;
  let high = x.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (x[middle]! < time) low = middle;
    else high = middle;
  }
  return Math.abs((x[low] ?? 0) - time) <= Math.abs((x[high] ?? 0) - time) ? low : high;
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}
