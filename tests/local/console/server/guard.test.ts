import { expect } from "chai";
import type { IncomingHttpHeaders } from "node:http";
import { refusal } from "../../../../local/console/server/guard";

const PORT = 8470;
const own = { host: "127.0.0.1:8470" };
const ownPost = { ...own, origin: "http://127.0.0.1:8470", "content-type": "application/json" };

describe("The console answers its own pages alone", () => {
  const answered: readonly (readonly [string, string, IncomingHttpHeaders])[] = [
    ["a page under its address", "GET", own],
    ["a page under localhost", "GET", { host: "localhost:8470" }],
    ["a link to it on another site, as a new page", "GET", { ...own, "sec-fetch-site": "none" }],
    ["a button of its page", "POST", ownPost],
  ];
  for (const [what, method, headers] of answered) {
    it(`answers ${what}`, () => expect(refusal({ method, headers }, PORT)).to.equal(undefined));
  }

  const refused: readonly (readonly [string, string, IncomingHttpHeaders, RegExp])[] = [
    ["a name that was pointed here (DNS rebinding)", "GET", { host: "evil.example:8470" }, /answers to/],
    ["another port's host", "GET", { host: "127.0.0.1:80" }, /answers to/],
    ["no host", "GET", {}, /answers to/],
    ["another site that embeds it", "GET", { ...own, "sec-fetch-site": "cross-site" }, /another site/],
    ["a form of another site", "POST", { ...ownPost, origin: "http://evil.example" }, /own pages/],
    ["another server on this machine", "POST", { ...ownPost, origin: "http://127.0.0.1:3000" }, /own pages/],
    ["a sandboxed frame", "POST", { ...ownPost, origin: "null" }, /own pages/],
    ["no origin", "POST", { ...own, "content-type": "application/json" }, /own pages/],
    ["what a form can send", "POST", { ...ownPost, "content-type": "text/plain" }, /JSON/],
    ["another method", "DELETE", ownPost, /GET and POST/],
  ];
  for (const [what, method, headers, why] of refused) {
    it(`refuses ${what}`, () => expect(refusal({ method, headers }, PORT)).to.match(why));
  }
});
