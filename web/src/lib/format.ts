/** Figures, units, ages and times as text. */

export const NONE = "–";

const UNIT_SIGNS: [RegExp, string][] = [
  [/degC/, "°C"],
  [/Nm3/g, "Nm³"],
  [/\bm3/g, "m³"],
  [/m2\b/g, "m²"],
  [/^10\^4/, "10⁴"],
];

export function unitText(unit: string): string {
  if (unit === "-" || unit === "1") return "";
  return UNIT_SIGNS.reduce((text, [pattern, sign]) => text.replace(pattern, sign), unit);
}

export function figure(value: number | null | undefined, digits: number): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return NONE;
  const text = value.toFixed(digits);
  return Number(text) === 0 ? text.replace("-", "") : text.replace("-", "−");
}

export function signed(value: number, digits: number): string {
  const text = figure(value, digits);
  return Number(value.toFixed(digits)) > 0 ? `+${text}` : text;
}

/** An age: 8 s, 3 min, 2.5 h, 4 d. */
export function ageText(seconds: number | null): string {
  if (seconds === null) return NONE;
  const age = Math.max(0, seconds);
  if (age < 100) return `${Math.round(age)} s`;
  if (age < 100 * 60) return `${Math.round(age / 60)} min`;
  if (age < 48 * 3600) return `${(age / 3600).toFixed(1)} h`;
  return `${Math.round(age / 86400)} d`;
}

const formats = new Map<string, Intl.DateTimeFormat>();

function parts(time: number, zone: string): Record<string, string> {
  let format = formats.get(zone);
  if (!format) {
    const two = "2-digit" as const;
    format = new Intl.DateTimeFormat("en-GB", {
      timeZone: zone, hourCycle: "h23", year: "numeric", month: two, day: two, hour: two, minute: two, second: two,
    });
    formats.set(zone, format);
  }
  return Object.fromEntries(format.formatToParts(new Date(time * 1000)).map((part) => [part.type, part.value]));
}

export function clockText(time: number, zone: string, seconds = false): string {
  const p = parts(time, zone);
  return seconds ? `${p.hour}:${p.minute}:${p.second}` : `${p.hour}:${p.minute}`;
}

export function dayText(time: number, zone: string): string {
  const p = parts(time, zone);
  return `${p.month}-${p.day}`;
}

export function dateText(time: number, zone: string): string {
  const p = parts(time, zone);
  return `${p.year}-${p.month}-${p.day}`;
}
