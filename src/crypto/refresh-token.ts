// Refresh tokens: a session's id and a secret, sealed, so that a forged one is known without a
// look at Postgres. The secret names its environment, to those who have the key alone. A token's
// successor is derived from it: who asks twice gets the same.

import { base64url } from 'jose'
import { type Environment, environments } from '../domain/environment.ts'
import { formerTokensUntil } from './former-tokens.ts'

/** Bytes. A secret is chance, and then the stamp of its environment. */
const idLength = 16
const chanceLength = 16
const stampLength = 16
const sealLength = 32

/** Base64url of all three. */
const spelling = /^[\w-]{107}$/

export type Minted = {
  token: string
  /** SHA-256 of its secret, in base64url: all that is ever kept of it. */
  hash: string
}

export type Opened = { sessionId: string; secret: Uint8Array<ArrayBuffer>; hash: string }

export type RefreshTokens = {
  /** The first token of a session. */
  mint(sessionId: string): Promise<Minted>
  /** null: it was not made here. @param now in milliseconds */
  open(token: string, now: number): Promise<Opened | null>
  /**
   * What follows on a token that is exchanged at this millisecond: first what is made today, then
   * what was made before the secret was changed, or by a release that named no environment.
   */
  successors(opened: Opened, rotatedAt: number): Promise<[Minted, ...Minted[]]>
}

export type RefreshTokenRules = {
  /** Tokens of another one do not open, even with the same secret. */
  environment: Environment
  /** At least 32 bytes. */
  secret: string
  /** Still opens, never seals. */
  previousSecret?: string | undefined
}

type Keys = { seal: CryptoKey; succession: CryptoKey; stamp: CryptoKey }

const hmac = { name: 'HMAC', hash: 'SHA-256', length: 256 }

const bytesOf = (text: string) => new TextEncoder().encode(text)

/** Keys of their own: what is signed with the secret itself can never pass for one of these. */
async function deriveKeys(secret: string): Promise<Keys> {
  const { subtle } = crypto
  const root = await subtle.importKey('raw', bytesOf(secret), 'HKDF', false, ['deriveKey'])
  const derive = (info: string) =>
    subtle.deriveKey(
      { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(), info: bytesOf(info) },
      root,
      hmac,
      false,
      ['sign', 'verify'],
    )
  return {
    seal: await derive('edge-chat refresh token seal'),
    succession: await derive('edge-chat refresh token successor'),
    stamp: await derive('edge-chat refresh token environment'),
  }
}

function bytesOfId(id: string): Uint8Array {
  return Uint8Array.from(id.replaceAll('-', '').match(/../g) ?? [], (hex) =>
    Number.parseInt(hex, 16),
  )
}

function idOfBytes(bytes: Uint8Array): string {
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}

function joined(...parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(parts.flatMap((part) => [...part]))
}

async function hashOf(secret: Uint8Array<ArrayBuffer>): Promise<string> {
  return base64url.encode(new Uint8Array(await crypto.subtle.digest('SHA-256', secret)))
}

async function sign(key: CryptoKey, data: Uint8Array<ArrayBuffer>) {
  return new Uint8Array(await crypto.subtle.sign('HMAC', key, data))
}

/** A secret that names its environment, of 16 bytes of chance. */
async function stamped(
  sessionId: string,
  chance: Uint8Array,
  { environment, stamp }: { environment: Environment; stamp: CryptoKey },
): Promise<Uint8Array<ArrayBuffer>> {
  const signed = await sign(stamp, joined(bytesOf(environment), bytesOfId(sessionId), chance))
  return joined(chance, signed.slice(0, stampLength))
}

/** undefined: the secret names none, as it was made by a release that knew of none. */
async function environmentOf(
  { sessionId, secret }: Pick<Opened, 'sessionId' | 'secret'>,
  { stamp }: Keys,
): Promise<Environment | undefined> {
  const text = base64url.encode(secret)
  for (const environment of environments) {
    const own = await stamped(sessionId, secret.slice(0, chanceLength), { environment, stamp })
    if (base64url.encode(own) === text) return environment
  }
  return undefined
}

async function sealed(
  sessionId: string,
  secret: Uint8Array<ArrayBuffer>,
  { seal }: Keys,
): Promise<Minted> {
  const body = joined(bytesOfId(sessionId), secret)
  const token = base64url.encode(joined(body, await sign(seal, body)))
  return { token, hash: await hashOf(secret) }
}

function bytesOfMs(ms: number): Uint8Array {
  const bytes = new Uint8Array(8)
  new DataView(bytes.buffer).setBigInt64(0, BigInt(ms))
  return bytes
}

/** Keys are made at the first use, and once. */
export function createRefreshTokens(rules: RefreshTokenRules): RefreshTokens {
  const { environment, secret, previousSecret } = rules
  // Keys, not the promise of them: in a Worker one request may not wait for another's promise.
  let made: [Keys, ...Keys[]] | undefined

  async function keys() {
    made ??= [
      await deriveKeys(secret),
      ...(previousSecret === undefined ? [] : [await deriveKeys(previousSecret)]),
    ]
    return made
  }

  async function sealedWith(body: Uint8Array<ArrayBuffer>, given: Uint8Array<ArrayBuffer>) {
    // Compared by the platform, in constant time.
    for (const made of await keys())
      if (await crypto.subtle.verify('HMAC', made.seal, given, body)) return made
    return undefined
  }

  async function mintWith(made: Keys, sessionId: string, chance: Uint8Array): Promise<Minted> {
    const secret = await stamped(sessionId, chance, { environment, stamp: made.stamp })
    return sealed(sessionId, secret, made)
  }

  return {
    async mint(sessionId) {
      const [today] = await keys()
      return mintWith(today, sessionId, crypto.getRandomValues(new Uint8Array(chanceLength)))
    },

    async open(token, now) {
      if (!spelling.test(token)) return null
      const bytes = new Uint8Array(base64url.decode(token))
      const body = bytes.slice(0, -sealLength)
      const made = await sealedWith(body, bytes.slice(-sealLength))
      if (!made) return null
      const secret = body.slice(idLength)
      const sessionId = idOfBytes(body.slice(0, idLength))
      const named = await environmentOf({ sessionId, secret }, made)
      const isOurs = named === undefined ? now < formerTokensUntil : named === environment
      return isOurs ? { sessionId, secret, hash: await hashOf(secret) } : null
    },

    async successors({ sessionId, secret }, rotatedAt) {
      const [today, ...earlier] = await keys()
      const seed = joined(bytesOfId(sessionId), secret, bytesOfMs(rotatedAt))
      // With the keys of one secret each: what a Worker with the old secret made is made again.
      const follow = async (made: Keys): Promise<[Minted, Minted]> => {
        const chance = await sign(made.succession, seed)
        const ours = await mintWith(made, sessionId, chance.slice(0, chanceLength))
        return [ours, await sealed(sessionId, chance, made)]
      }
      const [first, former] = await follow(today)
      const others = [former]
      for (const made of earlier) others.push(...(await follow(made)))
      return [first, ...others]
    },
  }
}
