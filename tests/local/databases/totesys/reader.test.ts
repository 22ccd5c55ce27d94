import { expect } from "chai";
import { withClient } from "../../../../local/databases/postgres/client";
import { createReader } from "../../../../local/databases/totesys/reader";
import { createSource, type TestDatabase } from "../../../support/postgres/postgres";

describe("The role that extracts from totesys", () => {
  let source: TestDatabase;
  before(async () => (source = await createSource({ seeded: true })));

  const asReader = (sql: string) =>
    withClient(source.readerUrl, async (client) => (await client.query<{ n: number }>(sql)).rows);
  const refusalOf = (sql: string) => asReader(sql).then(() => "allowed", String);

  it("reads every table, including later tables", async () => {
    await source.query("CREATE TABLE later AS SELECT 1 AS n");

    expect(await asReader("SELECT n FROM later")).to.deep.equal([{ n: 1 }]);
    expect(await asReader("SELECT count(*)::int AS n FROM sales_order")).to.deep.equal([{ n: 110 }]);
  });

  it("changes nothing", async () => {
    expect(await refusalOf("DELETE FROM payment")).to.contain("permission denied for table payment");
    expect(await refusalOf("UPDATE staff SET first_name = ''")).to.contain(
      "permission denied for table staff",
    );
    expect(await refusalOf("SELECT nextval('staff_staff_id_seq')")).to.contain("permission denied");
    expect(await refusalOf("CREATE TABLE public.mine ()")).to.contain("permission denied for schema public");
  });

  it("may run the functions that change capture needs", async () => {
    expect(await asReader("SELECT 1 AS n FROM pg_control_system(), pg_current_snapshot()")).to.deep.equal([
      { n: 1 },
    ]);
  });

  it("gets a new password when it is created again", async () => {
    const role = { user: 'o"clock', password: "it's" };
    const url = new URL(source.url);
    url.username = encodeURIComponent(role.user);
    await createReader(source.url, { ...role, password: "old" });

    await createReader(source.url, role);

    url.password = encodeURIComponent(role.password);
    const login = await withClient(url.href, (client) => client.query("SELECT current_user AS me"));
    expect(login.rows).to.deep.equal([{ me: 'o"clock' }]);
    url.password = "old";
    expect(await withClient(url.href, (client) => client.query("SELECT 1")).catch(String)).to.contain(
      "password",
    );
  });
});
