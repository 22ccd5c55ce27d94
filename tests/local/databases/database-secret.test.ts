import { expect } from "chai";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { databaseSecret } from "../../../local/databases/database-secret";

const secretOf = (url: string): Record<string, unknown> =>
  JSON.parse(databaseSecret(url, "--source")) as Record<string, unknown>;

describe("The secret made of a PostgreSQL URL", () => {
  let folder: string;
  let pem: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "marble-"));
    pem = join(folder, "ca.pem");
    writeFileSync(pem, "-----BEGIN CERTIFICATE-----");
    writeFileSync(join(folder, "ca.txt"), "no certificate");
  });
  after(() => rmSync(folder, { recursive: true }));

  it("has the parts of the URL", () => {
    expect(secretOf("postgresql://ann:secret@db.example.com:6432/shop")).to.deep.equal({
      host: "db.example.com",
      port: 6432,
      database: "shop",
      user: "ann",
      password: "secret",
      ssl: true,
    });
  });

  it("has the port 5432 and no password when the URL has neither", () => {
    expect(secretOf("postgres://ann@localhost/shop")).to.include({ port: 5432, password: "" });
  });

  it("decodes percent-encoded characters", () => {
    const url = "postgresql://a%40b:p%40s%2Fs%3A%25%C3%A9%23@localhost/my%20shop";
    expect(secretOf(url)).to.include({ user: "a@b", password: "p@s/s:%é#", database: "my shop" });
  });

  it("takes an IPv6 address without its brackets", () => {
    expect(secretOf("postgresql://ann:x@[2001:db8::7]:5433/shop")).to.include({
      host: "2001:db8::7",
      ssl: true,
    });
    expect(secretOf("postgresql://ann:x@[::1]/shop")).to.include({ host: "::1", ssl: false });
  });

  const modes: readonly (readonly [host: string, query: string, ssl: boolean])[] = [
    ["localhost", "", false],
    ["127.0.0.1", "", false],
    ["localhost", "?sslmode=verify-full", true],
    ["localhost", "?sslmode=require", true],
    ["db.example.com", "", true],
    ["db.example.com", "?sslmode=disable", false],
  ];
  for (const [host, query, ssl] of modes) {
    it(`uses ${ssl ? "TLS" : "no TLS"} for ${host}${query}`, () => {
      expect(secretOf(`postgresql://ann:x@${host}/shop${query}`)["ssl"]).to.equal(ssl);
    });
  }

  it("has the certificate of sslrootcert, also for this machine, unless TLS is off", () => {
    const ssl = (query: string): unknown => secretOf(`postgresql://ann:x@localhost/shop?${query}`)["ssl"];
    expect(ssl(`sslrootcert=${pem}`)).to.deep.equal({ ca: "-----BEGIN CERTIFICATE-----" });
    expect(ssl(`sslmode=verify-full&sslrootcert=${pem}`)).to.deep.equal({
      ca: "-----BEGIN CERTIFICATE-----",
    });
    expect(ssl(`sslmode=disable&sslrootcert=${pem}`)).to.equal(false);
  });

  const refused: readonly (readonly [what: string, url: (folder: string) => string, message: RegExp])[] = [
    ["a text that is not a URL", () => "hunter2", /^--source is not a URL/],
    ["another protocol", () => "mysql://ann:hunter2@h/d", /^--source must begin with postgresql:\/\//],
    [
      "no user",
      () => "postgresql://h/d?password=hunter2",
      /^--source must name a user, a host and a database/,
    ],
    ["no database", () => "postgresql://ann:hunter2@h", /^--source must name a user, a host and a database/],
    ["a # in the password", () => "postgresql://ann:1#hunter2@h/d", /^--source must name a user/],
    ["a bare %", () => "postgresql://ann:hunter2%zz@h/d", /^--source has a % .*write %25/],
    [
      "an unknown sslmode",
      () => "postgresql://ann:hunter2@h/d?sslmode=prefer",
      /^--source: sslmode=prefer is not known/,
    ],
    [
      "a missing certificate",
      (folder) => `postgresql://ann:hunter2@h/d?sslrootcert=${folder}/none.pem`,
      /^--source: the file of sslrootcert cannot be read: ENOENT.*none\.pem/,
    ],
    [
      "a file that is not a certificate",
      (folder) => `postgresql://ann:hunter2@h/d?sslrootcert=${folder}/ca.txt`,
      /^--source: sslrootcert=.*ca\.txt is not a certificate/,
    ],
  ];
  for (const [what, url, message] of refused) {
    it(`refuses a URL with ${what} without showing its password`, () => {
      expect(() => databaseSecret(url(folder), "--source"))
        .to.throw(message)
        .with.property("message")
        .that.does.not.include("hunter2");
    });
  }
});
