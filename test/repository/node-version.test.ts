import { expect, test } from 'vitest';
import { checkNodeVersion } from '../../infra/setup/node-version.mjs';

test.each(['20.19.0', '20.20.2', '21.0.0', '22.12.0', '100.1.0'])('Node.js %s is new enough for >=20.19', (version) => {
  expect(() => checkNodeVersion('>=20.19', version)).not.toThrow();
});

test.each(['20.18.3', '20.9.0', '18.20.5', '9.99.99'])('Node.js %s is too old for >=20.19', (version) => {
  expect(() => checkNodeVersion('>=20.19', version)).toThrow(
    `Node.js 20.19 or newer is needed, this is ${version}: https://nodejs.org/`,
  );
});
