// A certified OpenID provider on a free port of this machine, with people of the tests' making.

import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { Provider } from 'oidc-provider';

/** What the program is called at every provider here, and the secret it has there. */
export const CLIENT = { id: 'portcullis', secret: 'a-secret-between-the-program-and-its-provider' };

let keysMade = 0;

function newKey() {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  keysMade += 1;
  return { ...privateKey.export({ format: 'jwk' }), kid: `key-${keysMade}`, alg: 'RS256', use: 'sig' };
}

/**
 * Starts a provider for one client. Its sign-in page asks who one is, and believes it.
 *
 * @param {string} name what the client calls it
 * @param {string} client where the client is reached
 */
export async function startProvider(name, client) {
  const people = new Map();
  let answer;
  let server;

  async function listen(port) {
    server = createServer((request, response) => answer(request, response)).listen(port, '127.0.0.1');
    await once(server, 'listening');
    return server.address().port;
  }

  const port = await listen(0);
  const issuer = `http://127.0.0.1:${port}`;

  /** Signs with a new key; the one before is gone. Sessions and grants are kept outside, and stay. */
  function rotate() {
    const provider = new Provider(issuer, settings(name, client, port, people));
    // What it says to the makers of providers is of no use here; what goes wrong is.
    for (const event of ['server_error', 'authorization.error', 'grant.error', 'backchannel.error']) {
      provider.on(event, (...about) => console.error(name, event, ...about.filter((it) => it instanceof Error)));
    }
    answer = (request, response) => {
      if (!request.url.startsWith('/who/')) return provider.callback()(request, response);
      return request.method === 'POST' ? identified(provider, request, response) : whoPage(response);
    };
  }
  rotate();

  return {
    issuer,
    rotate,
    /** Makes somebody known there, or changes what it says of them. */
    person: (sub, claims) => people.set(sub, { email_verified: true, ...claims }),
    /** Closes the door; what is known stays. */
    async stop() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
    /** Opens it again, at the same address. */
    resume: () => listen(port),
  };
}

const page = (content) =>
  `<!doctype html><html lang="en"><title>Provider</title><link rel="icon" href="data:,"><main>${content}</main></html>`;

function whoPage(response) {
  response.setHeader('content-type', 'text/html; charset=utf-8');
  response.end(page('<form method="post"><label>Who are you? <input name="sub"></label><button>Continue</button></form>'));
}

async function identified(provider, request, response) {
  // `c-ana with mfa` has a second factor at hand.
  const [sub, acr] = new URLSearchParams(await text(request)).get('sub').split(' with ');
  await provider.interactionFinished(request, response, { login: { accountId: sub, acr } });
}

function settings(name, client, port, people) {
  return {
    jwks: { keys: [newKey()] },
    clients: [
      {
        client_id: CLIENT.id,
        client_secret: CLIENT.secret,
        redirect_uris: [`${client}/sign-in/oidc/${name}/callback`],
        post_logout_redirect_uris: [`${client}/sign-in`],
        backchannel_logout_uri: `${client}/sign-in/oidc/${name}/back-channel`,
        backchannel_logout_session_required: true,
      },
    ],
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
    findAccount: (_, sub) =>
      people.has(sub) ? { accountId: sub, claims: () => ({ sub, ...people.get(sub) }) } : undefined,
    // Nobody is asked whether they agree, as at a company's own provider.
    async loadExistingGrant({ oidc }) {
      const grant = new oidc.provider.Grant({ clientId: oidc.client.clientId, accountId: oidc.session.accountId });
      grant.addOIDCScope('openid profile email');
      await grant.save();
      return grant;
    },
    cookies: {
      keys: ['a key of the tests'],
      // Cookies do not tell ports apart, and there may be several providers here.
      names: { session: `session-${port}`, interaction: `interaction-${port}`, resume: `resume-${port}` },
    },
    acrValues: ['mfa'],
    interactions: { url: (_, { uid }) => `/who/${uid}` },
    features: {
      devInteractions: { enabled: false },
      backchannelLogout: { enabled: true },
      rpInitiatedLogout: {
        logoutSource: (ctx, form) => {
          const agree = '<button form="op.logoutForm" name="logout" value="yes">Sign me out</button>';
          ctx.body = page(form + agree);
        },
        postLogoutSuccessSource: (ctx) => {
          ctx.body = page('<p>Signed out</p>');
        },
      },
    },
    ttl: { Session: 3600, Grant: 3600, Interaction: 600, IdToken: 300, AccessToken: 300 },
    // Its own way of asking refuses this machine's addresses, where the client is.
    fetch: (url, { dispatcher, ...options }) => fetch(url, options),
  };
}
