import { launch, openPage } from "./launch.ts";
const url = process.argv[2] ?? "file:///tmp/off/stick/index.html";
for (const name of ["chromium", "firefox"] as const) {
  const b = await launch(name);
  const page = await openPage(b);
  page.on("console", (m) => console.log(name, "console:", m.text().slice(0, 300)));
  page.on("pageerror", (m) => console.log(name, "error:", String(m).slice(0, 300)));
  const other: string[] = [];
  page.on("request", (r) => { if (/^http/.test(r.url())) other.push(r.url()); });
  for (const _ of [1, 2]) {
    await page.goto(url);
    await page.waitForFunction(() => document.querySelector("output")?.textContent, { polling: 100, timeout: 90000 });
    console.log(name, await page.evaluate(() => document.body.innerText), other);
  }
  await b.close();
}
