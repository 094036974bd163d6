/** Words of the page in both languages, from one catalogue; the choice of language and theme stays with the browser. */

import catalogue from "../catalogue.json";
import type { Both, Lang } from "./types";

type Entry = { zh: string; en: string };
const entries = catalogue as Record<string, Entry>;

class Choice {
  lang = $state<Lang>(localStorage.getItem("lang") === "en" ? "en" : localStorage.getItem("lang") === "zh" ? "zh" : preferred());
  theme = $state<"grey" | "dim">(localStorage.getItem("theme") === "dim" ? "dim" : "grey");

  setLang(lang: Lang): void {
    this.lang = lang;
    localStorage.setItem("lang", lang);
  }

  setTheme(theme: "grey" | "dim"): void {
    this.theme = theme;
    localStorage.setItem("theme", theme);
  }
}

function preferred(): Lang {
  return navigator.language.toLowerCase().startsWith("zh") ? "zh" : "en";
}

export const choice = new Choice();

/** The text of a key, with {names} replaced. */
export function t(key: string, names: Record<string, string | number> = {}): string {
  const entry = entries[key];
  const text = entry ? entry[choice.lang] : key;
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => (name in names ? String(names[name]) : whole));
}

/** A word of the chain (`out_of_range`, `infeasible`) in the language, or itself in plain letters when not catalogued. */
export function word(family: string, name: string): string {
  const entry = entries[`${family}.${name}`];
  return entry ? entry[choice.lang] : name.replaceAll("_", " ");
}

/** Reasons joined by ';' as text. */
export function reasons(text: string): string {
  return text
    .split(";")
    .filter(Boolean)
    .map((name) => {
      const [code = "", detail] = name.split(":");
      return word("reason", code) + (detail ? ` ${detail}` : "");
    })
    .join(choice.lang === "zh" ? "；" : "; ");
}

export function pick(both: Both | undefined): string {
  return both ? both[choice.lang] : "";
}
