import { existsSync } from "node:fs";

/** Where systems install a Chromium; MARBLE_CHROMIUM names another. */
const PLACES = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/snap/bin/chromium",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
];

/** The Chromium of this machine, or why the tests that need one are skipped. */
export function findChromium(): { readonly path: string } | { readonly skipped: string } {
  const named = process.env["MARBLE_CHROMIUM"];
  const places = named === undefined ? PLACES : [named];
  const path = places.find((place) => existsSync(place));
  if (path !== undefined) return { path };
  return {
    skipped: `no Chromium was found (looked for ${places.join(", ")}); set MARBLE_CHROMIUM to its path`,
  };
}
