// npm's open311 against a unit: node client.cjs ENDPOINT KEY. One line a check: what, a tab, ok or not.
const Open311 = require("open311");

const [endpoint, apiKey] = process.argv.slice(2);
const client = new Open311({
  endpoint,
  apiKey,
  discovery: `${endpoint}discovery.json`,
  jurisdiction: "polres-pati",
  format: "json",
});
const say = (what, right) => console.log(`${what}\t${right ? "ok" : "not"}`);
const ask = (name, ...rest) =>
  new Promise((resolve) => client[name](...rest, (error, data) => resolve({ error, data })));

const main = async () => {
  const { data: discovery } = await ask("serviceDiscovery", {});
  say("discovery", discovery.endpoints[0].url === endpoint);
  const { data: services } = await ask("serviceList");
  say("services", services.some((one) => one.service_code === "gangguan"));
  const { data: definition } = await ask("serviceDefinition", "gangguan");
  say("a definition", definition.attributes.some((one) => one.code === "gangguan_berlangsung"));
  const told = {
    service_code: "gangguan",
    address_string: "Growong Lor",
    description: "Orkes sampai pagi",
    attributes: { gangguan_berlangsung: "gangguan_masih", gangguan_orang: "20" },
  };
  const { error, data: filed } = await ask("submitRequest", told);
  say("a report", !error && filed[0].service_request_id.length === 36);
  const id = filed[0].service_request_id;
  const { data: one } = await ask("serviceRequests", id, {});
  say("one request", one[0].service_request_id === id && !Number.isNaN(one[0].requested_datetime.getTime()));
  const { data: listed } = await ask("serviceRequests", { service_code: "gangguan", status: "open" });
  say("open requests of a service", listed.some((known) => known.service_request_id === id));
  const { data: several } = await ask("serviceRequests", [id, "x"], {});
  say("several by id", several.length === 1);
  const { error: none } = await ask("token", "0192f0c1-2222-7000-8000-000000000000");
  say("a token of nothing", none);
  client.apiKey = "x";
  const { error: refused } = await ask("submitRequest", told);
  say("a wrong key", refused === 403);
};

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
