// Refresh tokens: session id, secret and MAC, so that a forged token is recognised without
// Postgres. The secret carries a tag of its environment. A token's successor is derived from it, so
// that a retried refresh gets the same one.

import { base64url } from 'jose'
import { type Environment, environments } from '../domain/environment.ts'
import { legacyTokensUntil } from './legacy-tokens.ts'
import { deriveKeys, type Keys } from './refresh-token-keys.ts'

/** Bytes. A secret is random bytes followed by the tag of its environment. */
const idLength = 16
const randomLength = 16
const tagLength = 16
const macLength = 32

/** Base64url of id, secret and MAC. */
const tokenPattern = /^[\w-]{107}$/

export type RefreshToken = {
  token: string
  /** SHA-256 of the secret in base64url; only this is stored. */
  hash: string
}

export type OpenedToken = { sessionId: string; secret: Uint8Array<ArrayBuffer>; hash: string }

export type RefreshTokens = {
  /** Creates the first token of a session. */
  mint(sessionId: string): Promise<RefreshToken>
  /**
   * Returns null for a token that was not issued here.
   *
   * @param now in milliseconds
   */
  open(token: string, now: number): Promise<OpenedToken | null>
  /**
   * Successors of a token that was exchanged at this time in milliseconds: the current form first,
   * then those of the previous secret and of releases without environments.
   */
  successors(opened: OpenedToken, rotatedAt: number): Promise<[RefreshToken, ...RefreshToken[]]>
}

export type RefreshTokenRules = {
  /** Tokens of another environment are refused, even with the same secret. */
  environment: Environment
  /** At least 32 bytes. */
  secret: string
  /** Still verifies, never signs. */
  previousSecret?: string | undefined
}

const bytesOf = (text: string) => new TextEncoder().encode(text)

function bytesOfId(id: string): Uint8Array {
  return Uint8Array.from(id.replaceAll('-', '').match(/../g) ?? [], (hex) =>
    Number.parseInt(hex, 16),
  )
}

function idOfBytes(bytes: Uint8Array): string {
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}

function concat(...parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(parts.flatMap((part) => [...part]))
}

async function hashOf(secret: Uint8Array<ArrayBuffer>): Promise<string> {
  return base64url.encode(new Uint8Array(await crypto.subtle.digest('SHA-256', secret)))
}

async function sign(key: CryptoKey, data: Uint8Array<ArrayBuffer>) {
  return new Uint8Array(await crypto.subtle.sign('HMAC', key, data))
}

/** Builds a secret that names its environment, from 16 random bytes. */
async function tagSecret(
  sessionId: string,
  random: Uint8Array,
  { environment, environmentTag }: { environment: Environment; environmentTag: CryptoKey },
): Promise<Uint8Array<ArrayBuffer>> {
  const signed = await sign(
    environmentTag,
    concat(bytesOf(environment), bytesOfId(sessionId), random),
  )
  return concat(random, signed.slice(0, tagLength))
}

/** Returns undefined if the secret names no environment, as in earlier releases. */
async function environmentOf(
  { sessionId, secret }: Pick<OpenedToken, 'sessionId' | 'secret'>,
  { environmentTag }: Keys,
): Promise<Environment | undefined> {
  const text = base64url.encode(secret)
  for (const environment of environments) {
    const own = await tagSecret(sessionId, secret.slice(0, randomLength), {
      environment,
      environmentTag,
    })
    if (base64url.encode(own) === text) return environment
  }
  return undefined
}

async function signToken(
  sessionId: string,
  secret: Uint8Array<ArrayBuffer>,
  { mac }: Keys,
): Promise<RefreshToken> {
  const body = concat(bytesOfId(sessionId), secret)
  const token = base64url.encode(concat(body, await sign(mac, body)))
  return { token, hash: await hashOf(secret) }
}

function bytesOfMs(ms: number): Uint8Array {
  const bytes = new Uint8Array(8)
  new DataView(bytes.buffer).setBigInt64(0, BigInt(ms))
  return bytes
}

/** Derives the keys on first use, and once. */
export function createRefreshTokens(rules: RefreshTokenRules): RefreshTokens {
  const { environment, secret, previousSecret } = rules
  // Caches the keys, not their promise: in a Worker, one request cannot wait for a promise of
  // another.
  let derived: [Keys, ...Keys[]] | undefined

  async function keys() {
    derived ??= [
      await deriveKeys(secret),
      ...(previousSecret === undefined ? [] : [await deriveKeys(previousSecret)]),
    ]
    return derived
  }

  async function sealedWith(body: Uint8Array<ArrayBuffer>, given: Uint8Array<ArrayBuffer>) {
    // The platform verifies in constant time.
    for (const candidate of await keys())
      if (await crypto.subtle.verify('HMAC', candidate.mac, given, body)) return candidate
    return undefined
  }

  async function mintWith(
    keysOfSecret: Keys,
    sessionId: string,
    random: Uint8Array,
  ): Promise<RefreshToken> {
    const secret = await tagSecret(sessionId, random, {
      environment,
      environmentTag: keysOfSecret.environmentTag,
    })
    return signToken(sessionId, secret, keysOfSecret)
  }

  return {
    async mint(sessionId) {
      const [today] = await keys()
      return mintWith(today, sessionId, crypto.getRandomValues(new Uint8Array(randomLength)))
    },

    async open(token, now) {
      if (!tokenPattern.test(token)) return null
      const bytes = new Uint8Array(base64url.decode(token))
      const body = bytes.slice(0, -macLength)
      const signedWith = await sealedWith(body, bytes.slice(-macLength))
      if (!signedWith) return null
      const secret = body.slice(idLength)
      const sessionId = idOfBytes(body.slice(0, idLength))
      const named = await environmentOf({ sessionId, secret }, signedWith)
      const isOurs = named === undefined ? now < legacyTokensUntil : named === environment
      return isOurs ? { sessionId, secret, hash: await hashOf(secret) } : null
    },

    async successors({ sessionId, secret }, rotatedAt) {
      const [today, ...earlier] = await keys()
      const seed = concat(bytesOfId(sessionId), secret, bytesOfMs(rotatedAt))
      // Uses the keys of one secret at a time, to derive the same token as a Worker with the old
      // secret.
      const follow = async (keysOfSecret: Keys): Promise<[RefreshToken, RefreshToken]> => {
        const random = await sign(keysOfSecret.succession, seed)
        const current = await mintWith(keysOfSecret, sessionId, random.slice(0, randomLength))
        return [current, await signToken(sessionId, random, keysOfSecret)]
      }
      const [first, former] = await follow(today)
      const others = [former]
      for (const made of earlier) others.push(...(await follow(made)))
      return [first, ...others]
    },
  }
}
