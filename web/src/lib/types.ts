/** JSON of the web API, as src/ironworks/show tells it. Figures stand in the field's units, times in s since the epoch. */

export type Lang = "zh" | "en";
export type Both = Record<Lang, string>;
export type ModeName = "OFF" | "SHADOW" | "ADVISORY" | "AUTO";
export const MODES: ModeName[] = ["OFF", "SHADOW", "ADVISORY", "AUTO"];

export interface Tag {
  label: Both;
  unit: string;
  group: string;
  role: string;
  pen: "line" | "steps" | "dots";
  low: number;
  high: number;
  period_s: number;
  delay_s: number;
  stale_after_s: number;
  belongs_to: string;
  digits: number;
}

export interface Target {
  value: number;
  low: number;
  high: number;
  source: string;
  owner: string;
}

export interface Setpoint {
  measured: string;
  low: number;
  high: number;
  max_step: number;
  max_rate_per_h: number;
  min_interval_s: number;
  source: string;
  owner: string;
  ceiling: ModeName;
  critical: string[];
}

export interface Panel {
  kind: "thermal" | "setpoint" | "gas";
  name: string;
  left: string[];
  right: string[];
}

export interface Works {
  name: string;
  title: Both;
  kind: string;
  time_zone: string;
  cycle_s: number;
  longest_span_h: number;
  can_change_modes: boolean;
  groups: string[];
  tags: Record<string, Tag>;
  targets: Record<string, Target>;
  setpoints: Record<string, Setpoint>;
  panels: Panel[];
  key_figures: string[];
}

export interface Value {
  value: number | null;
  quality: "good" | "uncertain" | "bad" | "missing";
  stale: boolean;
  reason: string;
  source_time: number | null;
  arrival_time: number | null;
  age_s: number | null;
}

export interface GuardAction {
  kind: string;
  effect: string;
  reason: string;
  before: number | null;
  after: number | null;
}

export interface Decision {
  id: string;
  cycle: number;
  time: number;
  setpoint: string;
  mode: ModeName;
  move: boolean;
  current: number | null;
  proposed: number | null;
  allowed: number | null;
  outcome: string;
  outcome_message: string;
  reason: string;
  effects: { target: string; horizon_s: number; change: number }[];
  verdict: string;
  actions: GuardAction[];
  write: string;
  written_at: number | null;
  read_back: number | null;
  write_message: string;
}

export interface LogRow {
  id: string;
  time: number;
  kind: "move" | "guard" | "mode" | "failure" | "fault" | "outcome";
  setpoint?: string;
  mode?: ModeName;
  current?: number | null;
  proposed?: number | null;
  allowed?: number | null;
  verdict?: string;
  reason: string;
  write?: string;
  read_back?: number | null;
  write_message?: string;
  guard?: string;
  effect?: string;
  before?: number | null;
  after?: number | null;
  old?: ModeName;
  new?: ModeName;
  by?: string;
  outcome?: string;
  active?: boolean;
}

export interface Cycle {
  number: number;
  time: number;
  health: string;
  faults: string[];
  failures: string[];
  seconds: number;
  seconds_p95: number;
  overdue: boolean;
}

export interface Score {
  target: string;
  tolerance: number;
  scored: string;
  count: number;
  headline: string;
  models: { model: string; hits: number; coverage: number | null; rmse: number }[];
}

/** Mean, standard deviation, mean 8 h before. */
export type InsideFigure = [number, number, number | null];

/** Columns over the height: means and standard deviations; null where nothing is believed. */
export interface InsideProfile {
  height: number[];
  burden: (number | null)[];
  burden_sd: (number | null)[];
  gas: (number | null)[];
  gas_sd: (number | null)[];
  reduction: (number | null)[];
  reduction_sd: (number | null)[];
}

export interface InsideEstimate {
  state: "good" | "stale";
  reasons: InsideReason[];
  time: number;
  before_time: number | null;
  profile: InsideProfile;
  figures: Record<string, InsideFigure>;
}

/** Why an estimate of the inside is missing or doubtful, and the tags that have to do with it. */
export type InsideReason = { code: "lacks" | "holds" | "lost"; tags: string[] };
export type Inside = InsideEstimate | { state: "none"; reasons: InsideReason[] };

export interface Update {
  sequence: number;
  time: number;
  speed: number | null;
  record_error: string;
  record_age_s: number | null;
  values?: Record<string, Value>;
  modes?: Record<string, ModeName>;
  setpoints?: Record<string, { decision: Decision | null; written: Decision | null; mode_change: LogRow | null }>;
  scores?: Record<string, Score | null>;
  cycle?: Cycle | null;
  plant?: { state: "flowing" | "silent" | "never"; newest: number | null };
  inside?: Inside;
  log?: LogRow[];
}

export interface Points {
  t: number[];
  v: (number | null)[];
}

export type History = Record<string, Points & { bad: Points }>;

export interface Quantiles {
  t: number[];
  q05: (number | null)[];
  q25: (number | null)[];
  q50: (number | null)[];
  q75: (number | null)[];
  q95: (number | null)[];
}

export interface TargetForecast {
  model: string;
  horizon_s: number;
  ahead: Quantiles;
  fan: (Quantiles & { made_at: number }) | null;
  calibrated_on: number;
  /** 90 % band of the mean of a cast. */
  cast: [number, number] | null;
  why: { drivers: [string, number][]; noise_share: number | null; doubts: string[]; drift: string[] } | null;
}

export interface Fault {
  what: string;
  where: string;
  expected: string;
  remedy: string;
}
