/** What the server tells, kept current by server-sent events. When the stream falls silent, the page says so. */

import { get } from "./api";
import type { Cycle, Inside, LogRow, ModeName, Score, Update, Value, Works } from "./types";

const SILENCE_MS = 6000; // no event for so long: every value is greyed
const REOPEN_MS = 12000; // a stream that hangs is opened anew
const MOST_LOG_ROWS = 150;

type Setpoints = NonNullable<Update["setpoints"]>;

class Live {
  works = $state.raw<Works | null>(null);
  time = $state(0);
  speed = $state<number | null>(1);
  values = $state<Record<string, Value>>({});
  modes = $state.raw<Record<string, ModeName>>({});
  setpoints = $state.raw<Setpoints>({});
  scores = $state.raw<Record<string, Score | null>>({});
  cycle = $state.raw<Cycle | null>(null);
  plant = $state.raw<NonNullable<Update["plant"]>>({ state: "never", newest: null });
  inside = $state.raw<Inside>({ state: "none", reasons: [] });
  log = $state.raw<LogRow[]>([]);
  recordError = $state("");
  recordAge = $state<number | null>(null);
  silent = $state(true);
  everHeard = $state(false);

  #source: EventSource | null = null;
  #heardAt = 0;
  #epoch = "";
  #queue: Promise<void> = Promise.resolve();

  start(): void {
    this.#open();
    setInterval(() => this.#watch(), 500);
  }

  #open(): void {
    this.#source?.close();
    const source = new EventSource("/api/events");
    this.#source = source;
    this.#heardAt = performance.now();
    for (const kind of ["snapshot", "update", "heartbeat"]) {
      source.addEventListener(kind, (event) => {
        if (source !== this.#source) return;
        this.#heardAt = performance.now();
        this.#queue = this.#queue.then(() => this.#hear(kind, event as MessageEvent<string>)).catch(() => this.#open());
      });
    }
  }

  #watch(): void {
    const silence = performance.now() - this.#heardAt;
    if (silence > SILENCE_MS) this.silent = true;
    const closed = this.#source?.readyState === EventSource.CLOSED;
    if (silence > REOPEN_MS || (closed && silence > 2000)) this.#open();
  }

  async #hear(kind: string, event: MessageEvent<string>): Promise<void> {
    const update = JSON.parse(event.data) as Update;
    const epoch = event.lastEventId.split("-")[0] ?? "";
    if (epoch !== this.#epoch) {
      this.works = await get<Works>("/api/works");
      this.#epoch = epoch;
    }
    if (kind === "snapshot") {
      this.values = {};
      this.log = [];
    }
    this.#take(update);
    this.silent = false;
    this.everHeard = true;
  }

  #take(update: Update): void {
    this.time = update.time;
    this.speed = update.speed;
    this.recordError = update.record_error;
    this.recordAge = update.record_age_s;
    if (update.values) Object.assign(this.values, update.values);
    if (update.modes) this.modes = update.modes;
    if (update.setpoints) this.setpoints = update.setpoints;
    if (update.scores) this.scores = update.scores;
    if (update.cycle !== undefined) this.cycle = update.cycle;
    if (update.plant) this.plant = update.plant;
    if (update.inside) this.inside = update.inside;
    if (update.log) this.log = [...update.log, ...this.log].slice(0, MOST_LOG_ROWS);
  }

  /** Age in plant seconds of a tag's value, by the time of the newest event. */
  age(tag: string): number | null {
    const at = this.values[tag]?.source_time;
    return at === null || at === undefined ? null : this.time - at;
  }

  /** One letter for the state of a value: G good, U uncertain, B bad, S stale, M missing. */
  state(tag: string): "G" | "U" | "B" | "S" | "M" {
    const value = this.values[tag];
    if (!value || value.quality === "missing") return "M";
    const age = this.age(tag);
    if (value.stale || (age !== null && age > (this.works?.tags[tag]?.stale_after_s ?? Infinity))) return "S";
    if (value.quality === "bad") return "B";
    return value.quality === "uncertain" ? "U" : "G";
  }
}

export const live = new Live();
