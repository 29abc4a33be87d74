// What a person sees, in a real browser: `node test/page.mjs <browser> <playing> <empty> <keyed>`, with the addresses of
// three gateways (one with traffic, one without any, one that wants the admin key "sesame"). Each check prints a line
// of JSON: {"name": …, "failure": … or null}. The gateways count one more request, with a given reason, at /test/request?….
import { chromium } from 'playwright-core';

const [executablePath, playing, empty, keyed] = process.argv.slice(2);
const DESKTOP = { name: 'desktop', viewport: { width: 1280, height: 800 } };
const PHONE = { name: 'phone', viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true };
const SECRETS = ['SECRET PROMPT', 'SECRET ANSWER'];

const browser = await chromium.launch({ executablePath });
let failures = 0;

async function check(name, what) {
  let failure = null;
  try {
    await what();
  } catch (problem) {
    failure = String(problem.message ?? problem);
    failures++;
  }
  console.log(JSON.stringify({ name, failure }));
}

function expect(holds, message) {
  if (!holds) throw new Error(message);
}

async function eventually(condition, message, patience = 8000) {
  const until = Date.now() + patience;
  while (!(await condition())) {
    if (Date.now() > until) throw new Error(message);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Opens a page and notes all that it says and asks for. */
async function open(url, device, options = {}) {
  const { name: _, ...size } = device;
  const context = await browser.newContext({ ...size, locale: 'en-GB', ...options });
  const page = await context.newPage();
  const seen = { said: [], asked: [], dialogs: 0 };
  page.on('console', (message) => seen.said.push(`${message.type()}: ${message.text()}`));
  page.on('pageerror', (error) => seen.said.push(`exception: ${error.message}`));
  page.on('request', (request) => seen.asked.push(request.url()));
  page.on('dialog', (dialog) => (seen.dialogs++, dialog.dismiss()));
  await page.addInitScript(() => {
    window.shifted = 0;
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shifted += entry.value;
    }).observe({ type: 'layout-shift', buffered: true });
  });
  await page.goto(url);
  return { page, seen, close: () => context.close() };
}

const text = (page) => page.evaluate(() => document.body.innerText);
const post = (url, reason) => fetch(`${url}test/request?${encodeURIComponent(reason)}`);

/** Text whose colour is too near to what lies behind it, by WCAG 2: 4.5 to 1, or 3 to 1 for large text. */
function poorContrast() {
  const parse = (colour) => {
    const found = colour.match(/[\d.]+/g).map(Number);
    return { rgb: found.slice(0, 3), alpha: found[3] ?? 1 };
  };
  const luminance = (rgb) => {
    const [r, g, b] = rgb.map((c) => ((c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const { rgb, alpha } = parse(getComputedStyle(at).backgroundColor);
      if (alpha === 1) return rgb;
    }
    return [255, 255, 255];
  };
  const poor = new Set();
  let seen = 0;
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || !element.checkVisibility()) continue;
    if (['SCRIPT', 'STYLE', 'NOSCRIPT'].includes(element.tagName)) continue;
    const style = getComputedStyle(element);
    const front = parse(element instanceof SVGElement ? style.fill : style.color).rgb;
    const [a, b] = [luminance(front), luminance(behind(element))].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    seen++;
    if (ratio < (parseFloat(style.fontSize) >= 24 ? 3 : 4.5)) {
      poor.add(`${ratio.toFixed(2)} for "${walker.currentNode.data.trim().slice(0, 30)}"`);
    }
  }
  return { seen, poor: [...poor] };
}

/** What a screen reader could not name, or would be led astray by. */
function unnamed() {
  const wrong = [];
  const name = (element) =>
    element.getAttribute('aria-label') ||
    (element.getAttribute('aria-labelledby') ?? '').split(' ').map((id) => document.getElementById(id)?.textContent ?? '').join('') ||
    [...(element.labels ?? [])].map((label) => label.textContent).join('') ||
    (['BUTTON', 'A'].includes(element.tagName) ? element.textContent : '');
  const controls = document.querySelectorAll('button, a, input, [role=slider], [role=meter], section, [tabindex="0"]');
  for (const element of controls) if (!name(element)?.trim()) wrong.push(`no name: ${element.outerHTML.slice(0, 90)}`);
  for (const group of document.querySelectorAll('fieldset')) if (!group.querySelector('legend')) wrong.push('a group without a legend');
  for (const svg of document.querySelectorAll('svg')) if (svg.getAttribute('aria-hidden') !== 'true') wrong.push('a picture that is read out');
  for (const cell of document.querySelectorAll('th')) if (!cell.scope) wrong.push(`th without scope: ${cell.textContent}`);
  for (const meter of document.querySelectorAll('[role=meter], [role=slider]')) {
    const [low, now, high] = ['min', 'now', 'max'].map((part) => Number(meter.getAttribute(`aria-value${part}`)));
    if (!(low <= now && now <= high && meter.getAttribute('aria-valuetext'))) wrong.push(`values of ${name(meter)}`);
  }
  const ids = [...document.querySelectorAll('[id]')].map((element) => element.id);
  if (new Set(ids).size !== ids.length) wrong.push('an id twice');
  const levels = [...document.querySelectorAll('h1, h2, h3, h4')].map((heading) => Number(heading.tagName[1]));
  if (levels[0] !== 1 || levels.filter((level) => level === 1).length !== 1) wrong.push(`headings ${levels}`);
  levels.forEach((level, at) => at > 0 && level > levels[at - 1] + 1 && wrong.push(`a heading is skipped: ${levels}`));
  if (document.documentElement.lang !== 'en' || !document.title) wrong.push('language or title');
  if (!document.querySelector('main') || !document.querySelector('header')) wrong.push('landmarks');
  return { seen: controls.length, wrong };
}

async function looks(device, colorScheme) {
  const { page, seen, close } = await open(playing, device, { colorScheme });
  const where = `${device.name}, ${colorScheme}`;

  await check(`${where}: routes, and why each may serve or not`, async () => {
    await page.getByRole('heading', { name: 'Two of four routes serve; one in part, one not at all.' }).waitFor();
    const shown = await text(page);
    for (const expected of [
      'support', 'extract', 'summaries', 'contract-drafts', 'READY IF', 'Keep at least 2 GiB of memory free',
      'signed by platform-team', 'LAPSED', 'is not the file that was assessed', 'FORBIDDEN', 'basalt-license 2.1 §3(b)',
      'lapses in 30 hours', 'The chain is whole', 'no certificate', 'support-bot', 'never resets', 'Local share', '80%',
    ]) expect(shown.includes(expected), `"${expected}" is not on the page`);
    for (const secret of SECRETS) expect(!shown.includes(secret), `${secret} is on the page`);
  });

  await check(`${where}: no sideways scrolling`, async () => {
    const [wide, view] = await page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]);
    expect(wide <= view, `the page is ${wide} wide on ${view}`);
    const out = await page.evaluate(() =>
      [...document.querySelectorAll('main *')]
        .filter((element) => element.checkVisibility() && !element.closest('.unseen, thead, pre'))
        .filter((element) => element.getBoundingClientRect().right > document.documentElement.clientWidth + 0.5)
        .map((element) => element.outerHTML.slice(0, 80)));
    expect(out.length === 0, `outside of the page: ${out[0]}`);
  });

  await check(`${where}: a new request is seen without reloading, and markup in it is text`, async () => {
    const reason = `<img src=x onerror=alert(1)> ${where}`;
    await page.mouse.move(1, 1);
    await post(playing, reason);
    await eventually(async () => (await text(page)).includes(reason), 'the request did not appear');
    expect((await page.locator('img').count()) === 0, 'a reason became markup');
  });

  await check(`${where}: text stands out from what is behind it`, async () => {
    const dark = await page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
    expect((Number(dark.match(/\d+/)[0]) < 60) === (colorScheme === 'dark'), `the paper is ${dark}`);
    const { seen: texts, poor } = await page.evaluate(poorContrast);
    expect(texts > 200, `only ${texts} texts were seen`);
    expect(poor.length === 0, poor.join('; '));
  });

  await check(`${where}: everything has a name`, async () => {
    const { seen: controls, wrong } = await page.evaluate(unnamed);
    expect(controls > 20, `only ${controls} controls were seen`);
    expect(wrong.length === 0, wrong.join('; '));
  });

  await check(`${where}: nothing moved by itself`, async () => {
    const shifted = await page.evaluate(() => window.shifted);
    expect(shifted < 0.01, `layout shift ${shifted}`);
  });

  await check(`${where}: no error, nothing from elsewhere, no dialog`, async () => {
    expect(seen.said.length === 0, seen.said.join('; '));
    const elsewhere = seen.asked.filter((asked) => !asked.startsWith(playing));
    expect(elsewhere.length === 0, `asked for ${elsewhere.join(', ')}`);
    expect(seen.asked.length >= 5, `asked only for ${seen.asked.join(', ')}`);
    expect(seen.dialogs === 0, 'a dialog was opened');
  });

  await close();
}

// Most of the time is waiting for the next snapshot, so these wait together.
await Promise.all([DESKTOP, PHONE].flatMap((device) => ['light', 'dark'].map((scheme) => looks(device, scheme))));

{
  const { page, close } = await open(playing, DESKTOP);
  await check('keyboard: spans, charts and requests', async () => {
    await page.getByRole('slider').first().waitFor();
    await page.getByRole('radio', { name: 'Hour' }).focus();
    await page.keyboard.press('ArrowRight');
    await eventually(async () => (await text(page)).includes('in the last day'), 'the span did not change');
    const chart = page.getByRole('slider', { name: 'Local share over time' });
    await page.keyboard.press('Tab');
    expect(await chart.evaluate((element) => element === document.activeElement), 'Tab does not lead to the chart');
    expect(await chart.evaluate((element) => getComputedStyle(element).outlineStyle !== 'none'), 'focus cannot be seen');
    await page.keyboard.press('ArrowLeft');
    const one = await chart.getAttribute('aria-valuetext');
    await page.keyboard.press('Home');
    const first = await chart.getAttribute('aria-valuetext');
    expect(one !== first && /^\d\d:\d\d to \d\d:\d\d: /.test(first), `the chart says "${one}", then "${first}"`);
    const button = page.getByRole('button', { name: /details$/ }).first();
    await button.focus();
    await page.keyboard.press('Enter');
    expect((await button.getAttribute('aria-expanded')) === 'true', 'Enter opens no request');
    await page.getByText('/v1/chat/completions').waitFor();
  });
  await check('requests stand still while one is read', async () => {
    const before = await page.locator('table.requests tbody').innerText();
    await post(playing, 'while one is read');
    await page.getByText('newer ones wait while you read').waitFor({ timeout: 8000 });
    expect((await page.locator('table.requests tbody').innerText()) === before, 'the table moved');
    await page.keyboard.press('Enter');
    await page.mouse.move(1, 1);
    await eventually(async () => (await text(page)).includes('while one is read'), 'the waiting one did not come');
  });
  await check('refused and failed requests have a list of their own', async () => {
    await page.getByRole('radio', { name: 'Refused or failed' }).check();
    await page.mouse.move(1, 1);
    const ends = await page.locator('table.requests td.end').allInnerTexts();
    expect(ends.length > 5 && ends.every((end) => ['refused', 'failed'].includes(end.trim())), `ends: ${ends}`);
  });
  await check('a gateway that is gone: said so, figures kept, found again', async () => {
    await page.route('**/snapshot.json', (route) => route.abort());
    await page.getByRole('alert').filter({ hasText: 'The gateway does not answer' }).waitFor({ timeout: 10_000 });
    const shown = await text(page);
    expect(shown.includes('What you see is as of') && shown.includes('READY IF'), 'the figures are gone');
    await page.unroute('**/snapshot.json');
    await eventually(async () => (await page.getByRole('alert').count()) === 0, 'it was not found again', 20_000);
  });
  await close();
}

await check('numbers are written as the reader writes them', async () => {
  const { page, close } = await open(playing, DESKTOP, { locale: 'de-DE' });
  await page.getByText('Local share').waitFor();
  const huge = await page.locator('.huge').innerText();
  expect(/^\d\d,\d\s%$/.test(huge), `the share is "${huge}"`);
  await close();
});

await check('nothing asked yet: a command to try', async () => {
  for (const device of [DESKTOP, PHONE]) {
    const { page, seen, close } = await open(empty, device);
    await page.getByText('No requests yet.').waitFor();
    const shown = await text(page);
    expect(shown.includes(`curl ${empty}v1/chat/completions`) && shown.includes('"model": "support"'), 'no command');
    const [wide, view] = await page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]);
    expect(wide <= view, `the page is ${wide} wide on ${view}`);
    expect(seen.said.length === 0, seen.said.join('; '));
    await close();
  }
});

await check('from another machine: an admin key, kept for this tab only', async () => {
  const { page, seen, close } = await open(keyed, DESKTOP);
  await page.getByLabel('Admin key').fill('open');
  await page.getByRole('button', { name: 'Show figures' }).click();
  await page.getByText('This key is not an admin key').waitFor();
  expect(!(await text(page)).includes('contract-drafts'), 'figures without the key');
  await page.getByLabel('Admin key').fill('sesame');
  await page.keyboard.press('Enter');
  await page.getByText('contract-drafts', { exact: true }).waitFor();
  const kept = await page.evaluate(() => [localStorage.length, document.cookie, location.href].join());
  expect(kept === `0,,${keyed}`, `kept: ${kept}`);
  expect(seen.asked.every((asked) => !asked.includes('sesame')), 'the key is in an address');
  await page.reload();
  await page.getByText('contract-drafts', { exact: true }).waitFor();
  await close();
});

await browser.close();
process.exitCode = failures === 0 ? 0 : 1;
