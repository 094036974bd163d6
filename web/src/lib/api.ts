/** The calls of the page to its own server. */

import type { Fault, ModeName } from "./types";

export class Refused extends Error {
  constructor(readonly fault: Fault) {
    super(fault.what);
  }
}

export async function get<T>(path: string): Promise<T> {
  return answer<T>(await fetch(path, { headers: { Accept: "application/json" } }));
}

export interface ModeRequest {
  action: "lower" | "climb";
  setpoint: string;
  to: ModeName;
  person: string;
  reason: string;
}

export async function changeMode(wanted: ModeRequest, token = ""): Promise<{ mode: ModeName; recorded: boolean }> {
  const headers: Record<string, string> = { "Content-Type": "application/json", "X-Ironworks-Request": "mode" };
  if (token) headers["X-Ironworks-Token"] = token;
  return answer(await fetch("/api/mode", { method: "POST", headers, body: JSON.stringify(wanted) }));
}

async function answer<T>(response: Response): Promise<T> {
  const body = await response.json().catch(() => null);
  if (response.ok && body !== null) return body as T;
  const fallback: Fault = { what: `HTTP ${response.status}`, where: response.url, expected: "", remedy: "" };
  throw new Refused((body as { error?: Fault } | null)?.error ?? fallback);
}
