// Opens one page in Firefox ESR and evaluates what comes in on stdin: a JSON line {id, expression} each.
import { createInterface } from "node:readline";
import puppeteer from "puppeteer-core";

const browser = await puppeteer.launch({
  browser: "firefox",
  executablePath: "/usr/bin/firefox-esr",
  headless: true,
  extraPrefsFirefox: {
    "media.navigator.streams.fake": true,
    "media.navigator.audio.fake_frequency": 700,
    "media.navigator.permission.disabled": true,
    "media.peerconnection.ice.loopback": true,
    "media.peerconnection.ice.obfuscate_host_addresses": false,
    "media.autoplay.default": 0,
    "media.gmp-manager.updateEnabled": false,
    "network.captive-portal-service.enabled": false,
    "network.connectivity-service.enabled": false,
  },
});
const page = await browser.newPage();
await page.goto(process.argv[2]);
const say = (message) => process.stdout.write(`${JSON.stringify(message)}\n`);
say({ id: 0, value: "open" });

for await (const line of createInterface({ input: process.stdin })) {
  const { id, expression } = JSON.parse(line);
  page.evaluate(expression).then(
    (value) => say({ id, value: value ?? null }),
    (error) => say({ id, error: String(error) }),
  );
}
await browser.close();
