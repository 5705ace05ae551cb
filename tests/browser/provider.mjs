// A real OpenID Connect provider for test_single_sign_on.py: npm's oidc-provider, with people and faults that a test names.
// usage: node provider.mjs FOLDER, whose node_modules it is loaded from. Prints its issuer; ends when its input does.
import { generateKeyPairSync, sign } from "node:crypto";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const { Provider } = await import(pathToFileURL(createRequire(`${process.argv[2]}/`).resolve("oidc-provider")));
const pair = () => generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;
const key = pair();
const stranger = pair();
// What a test says: who there is, where the portal is, and what is to go wrong.
let told = { people: {}, redirect: "", claims: {}, algorithm: "", key: "", userinfo: {}, hold: false };

const server = createServer();
await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
const issuer = `http://localhost:${server.address().port}`;
const provider = new Provider(issuer, {
  clients: [{
    client_id: "portal",
    client_secret: "a secret of the tests alone",
    redirect_uris: ["http://127.0.0.1:1/"],
    token_endpoint_auth_method: "client_secret_post",
  }],
  jwks: { keys: [{ ...key.export({ format: "jwk" }), kid: "first", use: "sig", alg: "RS256" }] },
  cookies: { keys: ["of no use to anybody outside the tests"] },
  claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name"] },
  pkce: { required: () => true },
  features: { devInteractions: { enabled: false } },
  interactions: { url: (ctx, interaction) => `/sign-in/${interaction.uid}` },
  findAccount: (ctx, sub) => told.people[sub] && { accountId: sub, claims: () => ({ sub, ...told.people[sub] }) },
  async loadExistingGrant(ctx) {
    const grant = new ctx.oidc.provider.Grant({ clientId: ctx.oidc.client.clientId, accountId: ctx.oidc.session.accountId });
    grant.addOIDCScope("openid profile email");
    await grant.save();
    return grant;
  },
});
provider.Client.prototype.redirectUriAllowed = (address) => address === told.redirect;

const encoded = (what) => Buffer.from(typeof what === "string" ? what : JSON.stringify(what)).toString("base64url");
const decoded = (part) => JSON.parse(Buffer.from(part, "base64url"));
const changed = (fields, changes) => Object.fromEntries(
  Object.entries({ ...fields, ...changes }).filter(([, value]) => value !== null),
);

provider.use(async (ctx, next) => {
  await next();
  if (ctx.path === "/token" && ctx.body?.id_token && (told.algorithm || told.key || Object.keys(told.claims).length)) {
    const [header, payload] = ctx.body.id_token.split(".");
    const head = encoded(changed(decoded(header), told.algorithm ? { alg: told.algorithm } : {}));
    const begun = `${head}.${encoded(changed(decoded(payload), told.claims))}`;
    const signature = told.algorithm === "none" ? "" : sign("RSA-SHA256", begun, told.key ? stranger : key).toString("base64url");
    ctx.body = { ...ctx.body, id_token: `${begun}.${signature}` };
  }
  const back = ctx.response.get("Location") ?? "";
  if (told.hold && back.startsWith(told.redirect)) {
    ctx.response.remove("Location");
    ctx.status = 200;
    ctx.type = "html";
    ctx.body = `<!DOCTYPE html><html lang="en"><title>Provider</title><a href="${back.replaceAll("&", "&amp;")}">Back</a>`;
  }
  if (ctx.path === "/me" && ctx.status === 200) ctx.body = changed(ctx.body, told.userinfo);
});

const read = async (request) => {
  let text = "";
  for await (const piece of request) text += piece;
  return text;
};
const answered = provider.callback();
server.on("request", async (request, response) => {
  try {
    if (request.url === "/tell") {
      told = { claims: {}, algorithm: "", key: "", userinfo: {}, hold: false, ...JSON.parse(await read(request)) };
      response.end();
    } else if (!request.url.startsWith("/sign-in/")) {
      answered(request, response);
    } else if (request.method === "POST") {
      const sub = new URLSearchParams(await read(request)).get("sub");
      const result = sub ? { login: { accountId: sub } } : { error: "access_denied" };
      await provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
    } else {
      response.setHeader("Content-Type", "text/html");
      response.end(
        '<!DOCTYPE html><html lang="en"><link rel="icon" href="data:,"><title>Provider</title><h1>The provider</h1>'
        + '<form method="post"><label>Who are you? <input name="sub"></label><button>Go on</button></form>',
      );
    }
  } catch (fault) {
    console.error(fault);
    response.statusCode = 500;
    response.end();
  }
});
console.log(issuer);
process.stdin.resume().on("end", () => process.exit());
