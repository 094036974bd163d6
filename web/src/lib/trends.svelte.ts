/** Histories and forecasts of the panels, asked for again as often as the picture can change by a pixel. */

import { get } from "./api";
import { live } from "./live.svelte";
import type { History, TargetForecast } from "./types";

export const SPANS_H = [8, 24, 72];
export const AHEAD_H = 2.3; // the horizon of the forecasts, and room for the newest one's mark
const SHORTEST_MS = 3000;
const LONGEST_MS = 30000;
const PIXELS = 600;

class Trends {
  span = $state(24);
  history = $state.raw<History>({});
  forecasts = $state.raw<Record<string, TargetForecast>>({});
  /** Plant time at the right edge of what was measured, as of the last answer or event that moved the picture. */
  now = $state(0);
  /** Plant time under the shared cursor; null when it rests on no panel. */
  cursor = $state<number | null>(null);
  failed = $state("");

  #timer: ReturnType<typeof setTimeout> | undefined;
  #asked = 0;

  setSpan(hours: number): void {
    this.span = hours;
    void this.load();
  }

  async load(): Promise<void> {
    clearTimeout(this.#timer);
    const asked = ++this.#asked;
    const tags = new Set(live.works?.panels.flatMap((panel) => [...panel.left, ...panel.right]) ?? []);
    if (tags.size > 0) {
      try {
        const [history, forecasts] = await Promise.all([
          get<History>(`/api/history?tags=${[...tags].join(",")}&hours=${this.span}`),
          get<Record<string, TargetForecast>>(`/api/forecasts?hours=${this.span}`),
        ]);
        if (asked !== this.#asked) return;
        this.history = history;
        this.forecasts = forecasts;
        this.now = live.time;
        this.failed = "";
      } catch (failure) {
        if (asked !== this.#asked) return;
        this.failed = String(failure);
      }
    }
    const pixel = (2000 * this.span * 3600) / PIXELS / (live.speed ?? 1);
    this.#timer = setTimeout(() => void this.load(), Math.min(LONGEST_MS, Math.max(SHORTEST_MS, pixel)));
  }

  /** Move the picture on when the plant's time has moved by more than a pixel. */
  follow(time: number): void {
    if (Math.abs(time - this.now) > (this.span * 3600) / PIXELS) this.now = time;
  }
}

export const trends = new Trends();
