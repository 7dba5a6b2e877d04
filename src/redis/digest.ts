// Digests for keys that must not reveal their content. Random values get a plain hash; email
// addresses can be guessed, so they get an HMAC whose key Redis does not have.

const bytesOf = (text: string) => new TextEncoder().encode(text)

function hexOf(bytes: ArrayBuffer): string {
  return Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** SHA-256, in hex. */
export async function digest(text: string): Promise<string> {
  return hexOf(await crypto.subtle.digest('SHA-256', bytesOf(text)))
}

export type DigestSecrets = {
  secret: string
  /** Digests of this secret are still found. */
  previousSecret?: string | undefined
}

/** The digest of the current secret, then that of the previous one. */
export type EmailDigests = [string, ...string[]]

/** Derives a separate key, so that nothing signed with the secret itself can pass for a digest. */
async function keyFrom(secret: string): Promise<CryptoKey> {
  const { subtle } = crypto
  const root = await subtle.importKey('raw', bytesOf(secret), 'HKDF', false, ['deriveKey'])
  const info = bytesOf('edge-chat digest of an email')
  return subtle.deriveKey(
    { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(), info },
    root,
    { name: 'HMAC', hash: 'SHA-256', length: 256 },
    false,
    ['sign'],
  )
}

async function emailDigest(email: string, secret: string): Promise<string> {
  return hexOf(await crypto.subtle.sign('HMAC', await keyFrom(secret), bytesOf(email)))
}

/**
 * HMAC-SHA-256, in hex.
 *
 * @param email in its canonical form
 */
export async function emailDigests(
  email: string,
  { secret, previousSecret }: DigestSecrets,
): Promise<EmailDigests> {
  const today = await emailDigest(email, secret)
  return previousSecret === undefined ? [today] : [today, await emailDigest(email, previousSecret)]
}
