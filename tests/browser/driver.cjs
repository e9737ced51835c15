// Drives Chromium by orders on the standard input, one JSON a line, and answers each with one JSON a line.
// Started with the folder of the modules and the program of the browser.

const { createInterface } = require("node:readline");
const { readFileSync } = require("node:fs");
const [modules, program] = process.argv.slice(2);
const { chromium } = require(`${modules}/playwright-core`);
const axe = readFileSync(`${modules}/axe-core/axe.min.js`, "utf8");

const people = new Map();
let browser;

// A name that is not this machine's own, for what browsers do otherwise over plain http; it leads to this machine.
const named = ["--host-resolver-rules=MAP firm.test 127.0.0.1"];

// Words that only a screen reader is told stand apart from those before them: "Amend : this notice".
function spoken(name) {
  return new RegExp(`^${name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&").replaceAll(": ", "\\s*: ")}$`);
}

function find(page, at) {
  let found = at.within ? page.locator(at.within) : page;
  if (at.css) found = found.locator(at.css);
  else if (at.role) found = found.getByRole(at.role, { name: at.exact === false ? at.name : spoken(at.name) });
  else found = found.getByLabel(at.label, { exact: at.exact ?? false });
  return at.first ? found.first() : found;
}

const orders = {
  async open({ who, options }) {
    const context = await browser.newContext({ ...options, reducedMotion: "reduce" });
    context.setDefaultTimeout(15000);
    const page = await context.newPage();
    const faults = [];
    // htmx tells of a request that a later one replaces while somebody types; 422 is a form that asks for more.
    const replaced = (text) => /^htmx:(sendAbort|afterRequest)\b|status of 422 /.test(text);
    page.on("console", (said) => {
      if (said.type() === "error" && !replaced(said.text())) faults.push(`${page.url()}: ${said.text()}`);
    });
    page.on("pageerror", (fault) => faults.push(`${page.url()}: ${fault.message}`));
    people.set(who, { context, page, faults });
  },
  async close({ who }) {
    await people.get(who).context.close();
    people.delete(who);
  },
  async faults({ who }) {
    return people.get(who).faults.splice(0);
  },
  async page({ who, method, args }) {
    const found = await people.get(who).page[method](...args);
    return ["url", "title", "innerText", "content", "evaluate"].includes(method) ? found : null;
  },
  async go({ who, address }) {
    const answer = await people.get(who).page.goto(address);
    return answer.status();
  },
  async act({ who, at, method, args }) {
    const found = await find(people.get(who).page, at)[method](...args);
    return ["innerText", "allInnerTexts", "ariaSnapshot", "inputValue", "count", "isVisible", "getAttribute"].includes(method) ? found : null;
  },
  async follow({ who, at }) {
    const { page } = people.get(who);
    await Promise.all([page.waitForEvent("framenavigated"), find(page, at).click()]);
    await page.waitForLoadState("load");
  },
  async barriers({ who }) {
    const { page } = people.get(who);
    await page.evaluate(axe);
    return page.evaluate(async () => {
      const { violations } = await window.axe.run(document, { resultTypes: ["violations"] });
      return violations.map(({ id, impact, help, nodes }) => ({ id, impact, help, where: nodes.map((node) => node.html) }));
    });
  },
  async tabs({ who, most }) {
    const { page } = people.get(who);
    const met = [];
    for (let number = 0; number < most; number += 1) {
      await page.keyboard.press("Tab");
      const at = await page.evaluate(() => {
        const one = document.activeElement;
        if (!one || one === document.body) return null;
        const style = getComputedStyle(one);
        const text = one.labels?.[0]?.innerText || one.getAttribute("aria-label") || one.innerText || "";
        const box = one.getBoundingClientRect();
        return {
          tag: one.tagName.toLowerCase(), text: text.trim().replace(/\s+/g, " "),
          // The button inside a field for days has a ring of the browser's own.
          shown: (one.matches("input[type=date], input[type=month]") && !one.matches(":focus-visible"))
            || style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2 && box.width > 1 && box.height > 1,
        };
      });
      if (at === null) break;
      met.push(at);
    }
    return met;
  },
};

async function main() {
  browser = await chromium.launch({ executablePath: program, args: ["--no-sandbox", "--disable-gpu", ...named] });
  process.stdout.write(`${JSON.stringify({ ready: browser.version() })}\n`);
  for await (const line of createInterface({ input: process.stdin })) {
    const { order, ...rest } = JSON.parse(line);
    let answer;
    try {
      answer = { value: (await orders[order](rest)) ?? null };
    } catch (fault) {
      answer = { fault: fault.message };
    }
    process.stdout.write(`${JSON.stringify(answer)}\n`);
  }
  await browser.close();
}

main();
