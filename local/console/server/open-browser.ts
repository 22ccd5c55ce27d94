import { spawn } from "node:child_process";

/** The command that opens an address in the user's browser, for each system. */
function openerOf(platform: NodeJS.Platform): readonly [command: string, ...args: string[]] {
  if (platform === "darwin") return ["open"];
  if (platform === "win32") return ["rundll32", "url.dll,FileProtocolHandler"];
  return ["xdg-open"];
}

/** Opens an address in the browser. Calls `failed` without a browser. */
export function openBrowser(url: string, failed: () => void): void {
  const [command, ...args] = openerOf(process.platform);
  const opener = spawn(command, [...args, url], { detached: true, stdio: "ignore" });
  opener.once("error", failed);
  opener.once("exit", (code) => {
    if (code !== 0) failed();
  });
  opener.unref();
}
