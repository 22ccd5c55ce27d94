import { expect } from "chai";
import fc from "fast-check";
import type { Browser, Page } from "playwright-core";
import { escapeHtml, markup, scriptJson } from "../../../../domain/report/page/markup";
import { startBrowser } from "../../../support/report/browser";
import { HOSTILE } from "../../../support/report/report-page";

/** Hostile text by somebody who knows how pages are parsed. A browser turns \r into \n, which is harmless. */
const hostileText: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(...HOSTILE),
  fc.string({
    unit: fc.constantFrom(
      ...["<", ">", "&", '"', "'", "`", "/", "=", "!", "-", " ", "\n", "a", "é", "😀", ";", "#"],
      ...["<!--", "-->", "</script", "<script", "<b>", "]]>", "&lt;", "&amp", "&#60;", "\\u003c", "\u2028"],
    ),
  }),
  fc.string({ unit: "grapheme" }).map((text) => text.replaceAll(/[\0\r]/g, "")),
);

describe("Markup", () => {
  it("shows every value as text unless the value is markup", () => {
    const inner = markup`<b>${"<i>"}</b>`;
    expect(markup`<p>${"a & b"} ${7} ${inner}${[inner, inner]}</p>`.text).to.equal(
      "<p>a &amp; b 7 <b>&lt;i&gt;</b><b>&lt;i&gt;</b><b>&lt;i&gt;</b></p>",
    );
  });

  it("escapes everything in a text that could end an element or attribute, without losing anything", () => {
    const MEANS: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', "#39": "'" };
    fc.assert(
      fc.property(hostileText, (text) => {
        const escaped = escapeHtml(text);
        expect(escaped).not.to.match(/[<>"']/);
        const back = escaped.replaceAll(/&([^;]*);/g, (entity, name: string) => MEANS[name] ?? entity);
        expect(back).to.equal(text);
      }),
    );
  });

  it("escapes everything in the data of a script that could end the script", () => {
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), fc.dictionary(hostileText, hostileText)), (value) => {
        const { text } = scriptJson(value);
        expect(text).not.to.include("<");
        expect(JSON.parse(text)).to.deep.equal(JSON.parse(JSON.stringify(value)));
      }),
    );
  });
});

/** The content of each page in a browser. */
const PARSED = `(pages) => pages.map((source) => {
  const { body } = new DOMParser().parseFromString(source, "text/html");
  const [p, script, ...others] = body.querySelectorAll("*");
  return {
    title: p.getAttribute("title"),
    text: p.textContent,
    json: JSON.parse(script.textContent),
    others: others.length,
    attributes: p.getAttributeNames(),
  };
})`;

describe("Markup in a browser", function () {
  this.timeout(30_000);
  let browser: Browser | undefined;
  let page: Page;
  before(async function () {
    browser = await startBrowser(this);
    page = await (await browser.newContext()).newPage();
  });
  after(() => browser?.close());

  it("gives the written elements with any text inside", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(hostileText, { minLength: 1, maxLength: 40 }), async (texts) => {
        const pages = texts.map(
          (text) =>
            markup`<!doctype html><body><p title="${text}">${text}</p><script type="application/json">${scriptJson(text)}</script></body>`
              .text,
        );
        const parsed = await page.evaluate(`(${PARSED})(${JSON.stringify(pages)})`);
        expect(parsed).to.deep.equal(
          texts.map((text) => ({ title: text, text, json: text, others: 0, attributes: ["title"] })),
        );
      }),
      { numRuns: 25 },
    );
  });
});
