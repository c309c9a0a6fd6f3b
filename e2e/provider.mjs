// A provider of sign-ins (OpenID Connect) on this machine, for tests: the real one of npm `oidc-provider`, whose accounts are
// whoever the test says.

import { createServer } from "node:http";
import { once } from "node:events";

import { Provider } from "oidc-provider";

/**
 * Starts a provider that knows one client.
 *
 * `who` says who is signed in there; `change(request, response, body)` may change what the provider answers. `stop()` ends it.
 */
export async function startProvider({ redirect, ttl = 600 }) {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const state = { who: "polri-7f3a", change: undefined, delay: 0 };
  const provider = new Provider(issuer, {
    clients: [{ client_id: "pati", client_secret: "rahasia-uji-coba", redirect_uris: [redirect], grant_types: ["authorization_code"], response_types: ["code"] }],
    cookies: { keys: ["uji"] },
    pkce: { required: () => true },
    ttl: { IdToken: ttl, AccessToken: 600, AuthorizationCode: 60, Grant: 600, Interaction: 600, Session: 600 },
    findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
    interactions: { url: (_, interaction) => `/interaksi/${interaction.uid}` },
    features: { devInteractions: { enabled: false } },
  });
  const serve = provider.callback();
  server.on("request", async (request, response) => {
    if (state.delay) await new Promise((resolve) => setTimeout(resolve, state.delay));
    const change = state.change;
    if (change?.(request, response)) return;
    if (!request.url.startsWith("/interaksi/")) {
      serve(request, response);
      return;
    }
    // Whoever the test says signs in and agrees, without a page.
    const details = await provider.interactionDetails(request, response);
    const grant = new provider.Grant({ accountId: state.who, clientId: details.params.client_id });
    grant.addOIDCScope("openid");
    const result = { login: { accountId: state.who }, consent: { grantId: await grant.save() } };
    await provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
  });
  const stop = async () => {
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  };
  return { issuer, state, provider, stop };
}
