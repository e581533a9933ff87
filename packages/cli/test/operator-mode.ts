import { createHash } from 'node:crypto';
import { nkeys } from 'nats';

type KeyPair = ReturnType<typeof nkeys.createUser>;

/** A NATS of JWTs: the configuration of a server, and the credentials file of one user. */
export interface OperatorMode {
  readonly config: string;
  readonly creds: string;
}

/** Makes an operator, an account and a user. */
export function operatorMode(): OperatorMode {
  const operator = nkeys.createOperator();
  const account = nkeys.createAccount();
  const user = nkeys.createUser();
  const operatorJwt = jwt(operator, operator, { type: 'operator' });
  const accountJwt = jwt(account, operator, {
    type: 'account',
    limits: { subs: -1, data: -1, payload: -1, imports: -1, exports: -1, wildcards: true, conn: -1, leaf: -1 },
  });
  const userJwt = jwt(user, account, { type: 'user', subs: -1, data: -1, payload: -1 });
  const seed = new TextDecoder().decode(user.getSeed());
  return {
    config: `operator: ${operatorJwt}\nresolver: MEMORY\nresolver_preload: { ${account.getPublicKey()}: ${accountJwt} }\n`,
    creds: `-----BEGIN NATS USER JWT-----\n${userJwt}\n------END NATS USER JWT------\n\n-----BEGIN USER NKEY SEED-----\n${seed}\n------END USER NKEY SEED------\n`,
  };
}

/** A claim about `subject`, signed by `issuer`. */
function jwt(subject: KeyPair, issuer: KeyPair, nats: Readonly<Record<string, unknown>>): string {
  const claim = {
    iat: Math.floor(Date.now() / 1000),
    iss: issuer.getPublicKey(),
    name: 'test',
    sub: subject.getPublicKey(),
    nats: { ...nats, version: 2 },
  };
  const jti = createHash('sha256').update(JSON.stringify(claim)).digest('hex');
  const head = encoded(JSON.stringify({ typ: 'JWT', alg: 'ed25519-nkey' }));
  const signed = `${head}.${encoded(JSON.stringify({ ...claim, jti }))}`;
  return `${signed}.${encoded(issuer.sign(new TextEncoder().encode(signed)))}`;
}

const encoded = (content: string | Uint8Array): string => Buffer.from(content).toString('base64url');
