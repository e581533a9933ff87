import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';

/** A certificate and its key, as PEM. */
export interface Certificate {
  readonly certificate: string;
  readonly key: string;
}

/** Makes a certificate for localhost that vouches for itself, for an hour. */
export function selfSignedCertificate(commonName: string): Certificate {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const unsigned = toBeSigned(commonName, publicKey);
  const signature = sign('sha256', unsigned, privateKey);
  const der = sequence(unsigned, sequence(ecdsaWithSha256), element(0x03, Buffer.from([0]), signature));
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return {
    certificate: `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`,
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

function toBeSigned(commonName: string, publicKey: KeyObject): Buffer {
  const name = sequence(element(0x31, sequence(objectId('550403'), element(0x0c, Buffer.from(commonName)))));
  const hourMs = 3_600_000;
  const validity = sequence(utcTime(Date.now() - hourMs), utcTime(Date.now() + hourMs));
  const authority = sequence(objectId('551d13'), element(0x04, sequence(element(0x01, Buffer.from([0xff])))));
  const host = sequence(objectId('551d11'), element(0x04, sequence(element(0x82, Buffer.from('localhost')))));
  return sequence(
    element(0xa0, element(0x02, Buffer.from([2]))),
    element(0x02, Buffer.from([1]), randomBytes(8)),
    sequence(ecdsaWithSha256),
    name,
    validity,
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    element(0xa3, sequence(authority, host)),
  );
}

const objectId = (hex: string): Buffer => element(0x06, Buffer.from(hex, 'hex'));
const ecdsaWithSha256 = objectId('2a8648ce3d040302');

const sequence = (...parts: readonly Uint8Array[]): Buffer => element(0x30, ...parts);

/** A DER element: its tag, its length, its content. */
function element(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts);
  if (content.length < 0x80) return Buffer.concat([Buffer.from([tag, content.length]), content]);
  const hex = content.length.toString(16);
  const size = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex');
  return Buffer.concat([Buffer.from([tag, 0x80 + size.length]), size, content]);
}

const utcTime = (timeMs: number): Buffer =>
  element(0x17, Buffer.from(`${new Date(timeMs).toISOString().replace(/[-:T]/g, '').slice(2, 14)}Z`));
