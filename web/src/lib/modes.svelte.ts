/** Lowering a mode: one click, nobody's permission, from wherever the set point is shown. */

import { changeMode, Refused } from "./api";
import { live } from "./live.svelte";
import { MODES, type ModeName } from "./types";
import { t } from "./words.svelte";

/** What went wrong with the last change, by set point. */
export const troubles = $state<Record<string, string>>({});

export function level(setpoint: string): number {
  const mode = live.modes[setpoint];
  return mode ? MODES.indexOf(mode) : -1;
}

/** Lower a set point to a mode, or by one step. */
export async function lower(setpoint: string, to: ModeName = MODES[level(setpoint) - 1] ?? "OFF"): Promise<void> {
  troubles[setpoint] = "";
  try {
    const done = await changeMode({ action: "lower", setpoint, to, person: "", reason: "" });
    live.modes = { ...live.modes, [setpoint]: done.mode };
    if (!done.recorded) troubles[setpoint] = t("mode.not_recorded");
  } catch (failure) {
    troubles[setpoint] = failure instanceof Refused ? failure.fault.what : t("mode.unreachable");
  }
}
