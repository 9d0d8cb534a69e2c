// The demonstration as a real process on a free port, and a real browser beside it.
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const BINARY = process.env.BINARY ?? fileURLToPath(new URL("../../target/release/plumbline", import.meta.url));
const STARTS_WITHIN_MS = 120_000;

// Starts the demonstration; `origin` is where it listens, `signIn` the link that signs the administrator in once.
export async function startProduct() {
  const server = spawn(BINARY, ["demo", "--listen", "127.0.0.1:0"], { stdio: ["ignore", "pipe", "inherit"], env: {} });
  const timer = setTimeout(() => server.kill(), STARTS_WITHIN_MS);
  let origin, signIn;
  for await (const line of createInterface({ input: server.stdout })) {
    origin ??= line.match(/listens on (http:\/\/\S+)/)?.[1];
    signIn ??= line.match(/(http:\/\/\S+\/sign-in\/\S+)/)?.[1];
    if (origin && signIn) break;
  }
  clearTimeout(timer);
  if (!signIn) throw new Error(`${BINARY} demo ended before it listened`);
  server.stdout.resume();
  const stop = () => new Promise((resolve) => server.once("exit", resolve) && server.kill("SIGTERM"));
  return { origin, signIn, stop };
}

export function startBrowser() {
  const args = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"];
  return chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args });
}

export const LANGUAGES = ["vi", "en", "cs"];

// Every kind of page, without its language; those of the second list are for the administrator.
export const PUBLIC_PAGES = [
  "/",
  "/s/laocai-2024",
  "/s/laocai-2024/082",
  "/i/laocai-2024",
  "/receipt",
  "/r/laocai-2023",
  "/r/laocai-2023/082",
  "/r/laocai-2023?sets=simultaneous",
  "/r/laocai-2023/082?sets=simultaneous",
];
export const OFFICE_PAGES = ["/r/laocai-2024", "/r/laocai-2024/082", "/office/laocai-2024"];
