// Forged access tokens: with a wrong algorithm, audience, issuer, type or time, signed with the right
// secret where that is not the point, or put together from parts of a valid token.

import { createHmac, generateKeyPairSync, sign } from 'node:crypto'
import type { Account } from './accounts.ts'

export type Forger = {
  secret: string
  account: Pick<Account, 'id' | 'username' | 'sessionId' | 'token'>
  nowSeconds: number
}

type Parts = { header?: object; claims?: object; hash?: string; secret?: string }

/** Signs a valid token with these parts changed. */
type Signer = (parts: Parts) => string

type Forgery = (signed: Signer, forger: Forger) => string

const foreignSecret = 'a secret that the service does not have'
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' })
/** A text, because workerd takes no key object beside an encoding. */
const ecPem = ec.privateKey.export({ format: 'pem', type: 'pkcs8' })
const ecSigner = { key: ecPem, dsaEncoding: 'ieee-p1363' } as const
const publicPem = rsa.publicKey.export({ format: 'pem', type: 'spki' }).toString()
const publicJwk = rsa.publicKey.export({ format: 'jwk' })

const base64 = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')

/** The claims that the service itself signs. */
function validClaims({ account, nowSeconds }: Forger) {
  return {
    iss: 'edge-chat',
    aud: ['edge-chat:local', 'edge-chat'],
    sub: account.id,
    username: account.username,
    sid: account.sessionId,
    iat: nowSeconds - 5,
    exp: nowSeconds + 3_600,
  }
}

function content(forger: Forger, { header, claims }: Parts): string {
  const head = base64({ alg: 'HS256', typ: 'JWT', ...header })
  return `${head}.${base64({ ...validClaims(forger), ...claims })}`
}

function signerOf(forger: Forger): Signer {
  return (parts) => {
    const { hash = 'sha256', secret = forger.secret } = parts
    const text = content(forger, parts)
    return `${text}.${createHmac(hash, secret).update(text).digest('base64url')}`
  }
}

const byKey = (key: Parameters<typeof sign>[2], header: object): Forgery => {
  return (_signed, forger) => {
    const text = content(forger, { header })
    return `${text}.${sign('sha256', Buffer.from(text), key).toString('base64url')}`
  }
}

const unsigned =
  (alg: string): Forgery =>
  (_signed, forger) =>
    `${content(forger, { header: { alg } })}.`

const signed =
  (parts: Parts): Forgery =>
  (signer) =>
    signer(parts)

const claiming = (claims: object) => signed({ claims })
const headed = (header: object, more: Parts = {}) => signed({ header, ...more })

/** Puts a token together from parts of the account's own token. */
const ofParts =
  (made: (head: string, body: string, signature: string) => string): Forgery =>
  (_signed, { account }) => {
    const [head = '', body = '', signature = ''] = account.token.split('.')
    return made(head, body, signature)
  }

/** Claims that depend on the time. */
const inTime =
  (claims: (nowSeconds: number) => object): Forgery =>
  (signer, { nowSeconds }) =>
    signer({ claims: claims(nowSeconds) })

const forgeries: Record<string, Forgery> = {
  'alg none': unsigned('none'),
  'alg None': unsigned('None'),
  'alg nOnE, signed': headed({ alg: 'nOnE' }),
  'alg missing': headed({ alg: undefined }),
  'alg empty': headed({ alg: '' }),
  'alg a list': headed({ alg: ['HS256'] }),
  'alg in lower case': headed({ alg: 'hs256' }),
  HS384: headed({ alg: 'HS384' }, { hash: 'sha384' }),
  HS512: headed({ alg: 'HS512' }, { hash: 'sha512' }),
  'RS256 by the secret': headed({ alg: 'RS256' }),
  'RS256 with its own key': byKey(rsa.privateKey, { alg: 'RS256', jwk: publicJwk }),
  'RS256 with keys elsewhere': byKey(rsa.privateKey, {
    ...{ alg: 'RS256', jku: 'http://127.0.0.1:9/keys', x5u: 'http://127.0.0.1:9/x5u' },
  }),
  ES256: byKey(ecSigner, { alg: 'ES256' }),
  'HS256 by the public key': signed({ secret: publicPem }),
  'another secret': signed({ secret: foreignSecret }),
  'an empty secret': signed({ secret: '' }),
  'kid of a file': headed({ kid: '../../../../dev/null' }, { secret: '' }),
  'kid of a query': headed({ kid: "' union select '" }, { secret: foreignSecret }),
  'an unknown crit': headed({ crit: ['exp'], exp: 0 }),
  'b64 false': headed({ crit: ['b64'], b64: false }),
  'another type': headed({ typ: 'at+jwt' }),
  'a refresh type': headed({ typ: 'refresh+jwt' }),
  'no type': headed({ typ: undefined }),
  'another audience': claiming({ aud: 'another-service' }),
  'another environment': claiming({ aud: ['edge-chat:staging', 'edge-chat'] }),
  'another environment alone': claiming({ aud: 'edge-chat:production' }),
  'the service twice, and no environment': claiming({ aud: ['edge-chat', 'edge-chat'] }),
  'a list that names no environment': claiming({ aud: ['edge-chat'] }),
  'of another audience, and expired': claiming({ aud: 'another-service', exp: 0 }),
  'of another environment, and expired': claiming({
    ...{ aud: ['edge-chat:staging', 'edge-chat'], exp: 0 },
  }),
  'no audience': claiming({ aud: undefined }),
  'an empty audience': claiming({ aud: [] }),
  'another issuer': claiming({ iss: 'https://evil.example' }),
  'no issuer': claiming({ iss: undefined }),
  'expired by more than clocks differ': inTime((now) => ({ iat: now - 3_662, exp: now - 62 })),
  'expired at the epoch': claiming({ exp: 0 }),
  'expired before it': claiming({ exp: -1 }),
  'issued in the future': inTime((now) => ({ iat: now + 3_720, exp: now + 7_320 })),
  'not yet': inTime((now) => ({ nbf: now + 3_600 })),
  'no expiry': claiming({ exp: undefined }),
  'no time of issue': claiming({ iat: undefined }),
  'expiry as text': inTime((now) => ({ exp: String(now + 3_600) })),
  'expiry that is no number': claiming({ exp: null }),
  'no subject': claiming({ sub: undefined }),
  'a subject that is no id': claiming({ sub: "' or '1'='1" }),
  'a subject that is a list': claiming({ sub: ['7f3c1d0a-4a56-4c8e-9a3e-0d5b6f1e2a90'] }),
  'no name': claiming({ username: undefined }),
  'a name that is no text': claiming({ username: 7 }),
  'no session': claiming({ sid: undefined }),
  'a session that is no id': claiming({ sid: '*' }),
  'no signature': ofParts((head, body) => `${head}.${body}.`),
  'two parts': ofParts((head, body) => `${head}.${body}`),
  'five parts': ofParts((head, body, end) => `${head}.${body}.${end}.${body}.${end}`),
  'a claim swapped': ofParts((head, _body, end) => `${head}.${base64({ sub: 'x' })}.${end}`),
  'a signature cut': ofParts((head, body, end) => `${head}.${body}.${end.slice(0, -2)}`),
  'a signature with a tail': ofParts((head, body, end) => `${head}.${body}.${end}AA`),
  'a signature turned': ofParts(
    (head, body, end) => `${head}.${body}.${[...end].reverse().join('')}`,
  ),
  'not base64': ofParts((head, body) => `${head}.${body}.!!!!`),
  'claims that are no JSON': ofParts((head, _body, end) => `${head}.bm90IGpzb24.${end}`),
  'dots alone': () => '..',
  nothing: () => '',
  'a very long one': ofParts((head, _body, end) => `${head}.${'A'.repeat(9_000)}.${end}`),
  'a lot of parts': () => Array.from({ length: 1_000 }, () => 'A').join('.'),
}

export const forgeryNames = Object.keys(forgeries)

/** @returns a token that the room and every call must refuse */
export function forgeToken(name: string, forger: Forger): string {
  const forgery = forgeries[name]
  if (!forgery) throw new Error(`There is no forgery ${name}`)
  return forgery(signerOf(forger), forger)
}

/** The valid token that all forgeries start from. */
export function genuineToken(forger: Forger): string {
  return signerOf(forger)({})
}
